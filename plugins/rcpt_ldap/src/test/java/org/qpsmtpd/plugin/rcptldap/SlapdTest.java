package org.qpsmtpd.plugin.rcptldap;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.unboundid.ldap.sdk.LDAPConnection;
import com.unboundid.ldap.sdk.LDAPException;
import com.unboundid.ldif.LDIFException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.qpsmtpd.api.lookup.Mailbox;
import org.qpsmtpd.api.mail.Address;
import org.qpsmtpd.testkit.Configs;

/** With the slapd of Debian's package, where it is installed, and a folder of its own. */
class SlapdTest {
    private static final String SLAPD = "/usr/sbin/slapd";
    private static final String BASE = "dc=ours,dc=test";
    private static final String BINDER = "cn=mx," + BASE;
    private static final long PATIENCE_SECONDS = 60;

    private final Path folder;

    SlapdTest(@TempDir Path folder) {
        this.folder = folder;
    }

    @Test
    void isAsked() throws Exception {
        assumeTrue(Files.isExecutable(Path.of(SLAPD)), "slapd is not installed");
        int port = freePort();
        Process slapd = start(port);
        try {
            fill(slapd, port);
            Map<String, ?> settings =
                    Map.of(
                            "servers",
                            "ldap://127.0.0.1:" + port,
                            "base",
                            BASE,
                            "bind_dn",
                            BINDER,
                            "password_file",
                            file("password", "secret").toString(),
                            "filter",
                            "(&(objectClass=inetOrgPerson)(mail=%s))",
                            "disabled_when",
                            "(employeeType=disabled)",
                            "timeoutMillis",
                            "20000");
            try (LdapDirectory directory =
                    new LdapDirectory(Configs.config(RcptLdapConfig.class, settings))) {
                assertThat(directory.find(Address.of("Here@ours.test"))).isEqualTo(Mailbox.THERE);
                assertThat(directory.find(Address.of("off@ours.test"))).isEqualTo(Mailbox.DISABLED);
                assertThat(directory.find(Address.of("*)(mail=*@x"))).isEqualTo(Mailbox.UNKNOWN);
            }
        } finally {
            slapd.destroy();
            assertThat(slapd.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)).isTrue();
        }
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    private Path file(String name, String... lines) throws IOException {
        return Files.write(folder.resolve(name), List.of(lines));
    }

    private Process start(int port) throws IOException {
        Files.createDirectory(folder.resolve("data"));
        Path configuration =
                file(
                        "slapd.conf",
                        "include /etc/ldap/schema/core.schema",
                        "include /etc/ldap/schema/cosine.schema",
                        "include /etc/ldap/schema/inetorgperson.schema",
                        "modulepath /usr/lib/ldap",
                        "moduleload back_mdb",
                        "disallow bind_anon",
                        "database mdb",
                        "suffix " + BASE,
                        "rootdn " + BINDER,
                        "rootpw secret",
                        "directory " + folder.resolve("data"));
        return new ProcessBuilder(
                        SLAPD,
                        "-f",
                        configuration.toString(),
                        "-h",
                        "ldap://127.0.0.1:" + port,
                        "-d",
                        "0")
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("log").toFile())
                .start();
    }

    private void fill(Process slapd, int port) throws Exception {
        try (LDAPConnection connection = connect(slapd, port)) {
            connection.bind(BINDER, "secret");
            connection.add("dn: " + BASE, "objectClass: domain", "dc: ours");
            add(connection, "here", "active");
            add(connection, "off", "disabled");
        }
    }

    private static void add(LDAPConnection connection, String user, String type)
            throws LDAPException, LDIFException {
        connection.add(
                "dn: uid=" + user + "," + BASE,
                "objectClass: inetOrgPerson",
                "uid: " + user,
                "cn: " + user,
                "sn: " + user,
                "mail: " + user + "@ours.test",
                "employeeType: " + type);
    }

    private LDAPConnection connect(Process slapd, int port) throws Exception {
        long due = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
        while (true) {
            try {
                return new LDAPConnection("127.0.0.1", port);
            } catch (LDAPException e) {
                boolean ended = slapd.waitFor(100, TimeUnit.MILLISECONDS);
                if (ended || System.nanoTime() - due > 0) {
                    throw new IOException(Files.readString(folder.resolve("log")), e);
                }
            }
        }
    }
}
