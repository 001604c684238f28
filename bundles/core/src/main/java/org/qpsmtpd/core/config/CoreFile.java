package org.qpsmtpd.core.config;

import java.util.Arrays;
import java.util.Set;
import java.util.stream.Collectors;

/** The files of the core; when one of them changes there is a new generation of plugins. */
public enum CoreFile {
    PLUGINS("plugins"),
    CLIENTS("clients"),
    LOGGING("logging"),
    LOGLEVEL("loglevel"),
    ME("me"),
    ME_AUTH_RESULTS("me-auth-results"),
    SMTPGREETING("smtpgreeting"),
    DATABYTES("databytes"),
    SIZE_THRESHOLD("size_threshold"),
    SPOOL_DIR("spool_dir"),
    TIMEOUT("timeout"),
    TIMEOUTSMTPD("timeoutsmtpd"),
    RETIRE_AFTER("retire_after"),
    RCPTMAX("rcptmax"),
    IPV6_PREFIX("ipv6_prefix"),
    LENIENT_ADDRESSES("lenient_addresses"),
    SMTPUTF8("smtputf8"),
    MIXED_VERDICT("mixed_verdict"),
    RECIPIENT_CLASS("recipient_class"),
    LMTP_PORTS("lmtp_ports"),
    TLS_BEFORE_AUTH("tls_before_auth"),
    AUTH_MECHANISMS("auth_mechanisms"),
    AUTH_SECRET("auth_secret");

    /** The names of all. */
    public static final Set<String> NAMES =
            Arrays.stream(values()).map(CoreFile::file).collect(Collectors.toUnmodifiableSet());

    private final String file;

    CoreFile(String file) {
        this.file = file;
    }

    /** Name of the file. */
    public String file() {
        return file;
    }
}
