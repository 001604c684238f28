package org.qpsmtpd.testkit;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The LDAP server slapd of Debian's package, at a port of this machine, which lets nobody search
 * without name and password.
 */
public final class RealDirectory implements AutoCloseable {
    /** Below which its entries are. */
    public static final String BASE = "dc=ours,dc=test";

    /** Who may do anything. */
    public static final String BINDER = "cn=mx," + BASE;

    private static final String SLAPD = "/usr/sbin/slapd";

    private final RealServer server;
    private final int port;

    private RealDirectory(RealServer server, int port) {
        this.server = server;
        this.port = port;
    }

    /** Whether it is installed and can be run. */
    public static boolean canRun() {
        return RealServer.canRun(SLAPD);
    }

    /**
     * Starts one, whose binder has the password {@code secret}.
     *
     * @param ldif entries in the format of RFC 2849 below the base, which is there
     */
    public static RealDirectory start(String ldif) throws IOException {
        return start(RealServer.folder("openldap"), ldif, List.of());
    }

    /**
     * Starts one that can start TLS.
     *
     * @param certificate PEM file
     * @param key PEM file
     */
    public static RealDirectory startWithTls(String ldif, Path certificate, Path key)
            throws IOException {
        Path folder = RealServer.folder("openldap");
        Path its = Files.copy(certificate, folder.resolve("crt"));
        Path itsKey = Files.copy(key, folder.resolve("key"));
        return start(
                folder,
                ldif,
                List.of("TLSCertificateFile " + its, "TLSCertificateKeyFile " + itsKey));
    }

    private static RealDirectory start(Path folder, String ldif, List<String> tls)
            throws IOException {
        Files.createDirectory(folder.resolve("data"));
        Path configuration = Files.write(folder.resolve("slapd.conf"), lines(folder, tls));
        String base = "dn: " + BASE + "\nobjectClass: domain\ndc: ours\n\n";
        Path entries = Files.writeString(folder.resolve("entries"), base + ldif + "\n");
        RealServer.run("root", List.of("chown", "-R", "openldap", folder.toString()));
        RealServer.run(
                "openldap",
                List.of(
                        "/usr/sbin/slapadd",
                        "-f",
                        configuration.toString(),
                        "-l",
                        entries.toString()));
        int port = RealServer.freePort();
        return new RealDirectory(slapd(folder, configuration, port), port);
    }

    private static RealServer slapd(Path folder, Path configuration, int port) throws IOException {
        String url = "ldap://127.0.0.1:" + port;
        RealServer server =
                new RealServer(
                        "openldap",
                        folder,
                        List.of(SLAPD, "-f", configuration.toString(), "-h", url, "-d", "0"),
                        "-INT");
        server.runWhenUp(List.of("bash", "-c", "exec 3<>/dev/tcp/127.0.0.1/" + port));
        return server;
    }

    private static List<String> lines(Path folder, List<String> tls) {
        List<String> lines = new ArrayList<>();
        for (String schema : List.of("core", "cosine", "inetorgperson")) {
            lines.add("include /etc/ldap/schema/" + schema + ".schema");
        }
        lines.addAll(List.of("modulepath /usr/lib/ldap", "moduleload back_mdb"));
        lines.addAll(tls);
        lines.addAll(
                List.of(
                        "disallow bind_anon",
                        "database mdb",
                        "suffix " + BASE,
                        "rootdn " + BINDER,
                        "rootpw secret",
                        "directory " + folder.resolve("data")));
        return lines;
    }

    /** Where it listens. */
    public int port() {
        return port;
    }

    /** Stops it and deletes its folder; once is enough. */
    @Override
    public void close() throws IOException {
        server.close();
    }
}
