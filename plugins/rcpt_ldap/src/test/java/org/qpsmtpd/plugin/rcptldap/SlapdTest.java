package org.qpsmtpd.plugin.rcptldap;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.qpsmtpd.api.lookup.Mailbox;
import org.qpsmtpd.api.mail.Address;
import org.qpsmtpd.testkit.Configs;
import org.qpsmtpd.testkit.RealDirectory;

/** With the slapd of Debian's package, where it is installed. */
class SlapdTest {
    private static String entry(String user, String type) {
        return """
                dn: uid=%s,dc=ours,dc=test
                objectClass: inetOrgPerson
                uid: %s
                cn: a
                sn: b
                mail: %s@ours.test
                employeeType: %s

                """
                .formatted(user, user, user, type);
    }

    @Test
    void isAsked(@TempDir Path folder) throws Exception {
        assumeTrue(RealDirectory.canRun(), "slapd is not installed");
        Path password = Files.writeString(folder.resolve("password"), "secret\n");
        String entries = entry("here", "active") + entry("off", "disabled");
        try (RealDirectory server = RealDirectory.start(entries);
                LdapMailboxes mailboxes = mailboxes(server, password)) {
            assertThat(mailboxes.find(Address.of("Here@ours.test"))).isEqualTo(Mailbox.THERE);
            assertThat(mailboxes.find(Address.of("off@ours.test"))).isEqualTo(Mailbox.DISABLED);
            assertThat(mailboxes.find(Address.of("*)(mail=*@x"))).isEqualTo(Mailbox.UNKNOWN);
        }
    }

    private static LdapMailboxes mailboxes(RealDirectory server, Path password) {
        return new LdapMailboxes(
                Configs.config(
                        RcptLdapConfig.class,
                        Map.of(
                                "servers",
                                "ldap://127.0.0.1:" + server.port(),
                                "base",
                                RealDirectory.BASE,
                                "bind_dn",
                                RealDirectory.BINDER,
                                "password_file",
                                password.toString(),
                                "filter",
                                "(&(objectClass=inetOrgPerson)(mail=%s))",
                                "disabled_when",
                                "(employeeType=disabled)",
                                "timeoutMillis",
                                "20000")));
    }
}
