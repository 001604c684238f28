package org.qpsmtpd.core.check;

import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.qpsmtpd.core.config.CoreFile;
import org.qpsmtpd.core.config.Finding;
import org.qpsmtpd.core.config.Spelling;

/**
 * The names that files of a configuration directory have: the core's, and those that qpsmtpd's
 * plugins read. A plugin of somebody else may read others.
 */
final class KnownFiles {
    /** The names. */
    static final Set<String> ALL = all();

    private static final int SHORT = 4;
    private static final int LONGEST = 60;

    private KnownFiles() {}

    private static Set<String> all() {
        Set<String> names = new TreeSet<>(CoreFile.NAMES);
        names.addAll(
                List.of(
                        "retire_after",
                        "deploy_signers",
                        "plugin_dirs",
                        "spool_perms",
                        "IP",
                        "tls_before_auth",
                        "proxy_protocol_from",
                        "xclient_from",
                        "rcpthosts",
                        "morercpthosts",
                        "relayclients",
                        "morerelayclients",
                        "norelayclients",
                        "hosts_allow",
                        "badmailfrom",
                        "badmailfromto",
                        "badrcptto",
                        "badhelo",
                        "invalid_resolvable_fromhost",
                        "rcpt_regexp",
                        "spfbehavior",
                        "subject_prefix",
                        "tls_ciphers",
                        "tls_protocols",
                        "content_log_enabled",
                        "content_log_file",
                        "dnsbl_zones",
                        "dnsbl_allow",
                        "dnsbl_rejectmsg",
                        "rhsbl_zones",
                        "whitelist_zones",
                        "uribl_zones",
                        "uribl_whitelist_domains",
                        "whitelisthosts",
                        "whitelisthelo",
                        "whitelistsenders",
                        "whitelistrcpt",
                        "karma_tlds",
                        "denysoft_greylist",
                        "greylist_exclude_files",
                        "p0f_blocked_operating_systems",
                        "flat_auth_pw",
                        "smtpauth-checkpassword",
                        "ldap",
                        "vpopmail_mysql_dsn",
                        "vpopmail_mysql_user",
                        "vpopmail_mysql_pass",
                        "cleanup_sockets",
                        "hbedv_deny",
                        "kav_deny",
                        "log2sql",
                        "add_geoip_headers",
                        "public_suffix_list",
                        "resolvable_fromhost"));
        return Collections.unmodifiableSet(names);
    }

    /**
     * Files of a directory whose names are nearly known ones.
     *
     * @param looked normalized paths of files that are read after all
     */
    static List<Finding> misspelt(Path directory, Set<Path> looked) {
        List<Finding> findings = new ArrayList<>();
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(directory)) {
            for (Path entry : entries) {
                if (looked.contains(entry.toAbsolutePath().normalize())) {
                    continue;
                }
                meant(entry.getFileName().toString())
                        .map(
                                name ->
                                        "nothing reads a file of this name, did you mean '"
                                                + name
                                                + "'?")
                        .ifPresent(what -> findings.add(new Finding(entry.toString(), 0, what)));
            }
        } catch (IOException | DirectoryIteratorException e) {
            String what = "cannot be listed: " + e.getMessage();
            findings.add(new Finding(directory.toString(), 0, what));
        }
        return findings;
    }

    /** The known name that a name was to be; copies that editors leave behind are no such names. */
    private static Optional<String> meant(String name) {
        boolean copy =
                name.startsWith(".")
                        || name.startsWith("#")
                        || name.endsWith("~")
                        || ALL.contains(name.replaceFirst("\\..*", ""));
        if (copy || name.length() > LONGEST) {
            return Optional.empty();
        }
        return ALL.stream()
                .filter(known -> distance(name, known) <= (known.length() <= SHORT ? 1 : 2))
                .min(Comparator.comparingInt(known -> distance(name, known)));
    }

    private static int distance(String name, String known) {
        return Spelling.distance(name.toLowerCase(Locale.ROOT), known.toLowerCase(Locale.ROOT));
    }
}
