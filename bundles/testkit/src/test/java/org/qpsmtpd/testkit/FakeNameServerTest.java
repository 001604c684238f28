package org.qpsmtpd.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import javax.naming.Context;
import javax.naming.NameNotFoundException;
import javax.naming.NamingEnumeration;
import javax.naming.NamingException;
import javax.naming.ServiceUnavailableException;
import javax.naming.directory.Attribute;
import javax.naming.directory.Attributes;
import javax.naming.directory.InitialDirContext;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.qpsmtpd.api.service.DnsAnswer.Status;
import org.qpsmtpd.api.service.DnsType;

/** Asks with the client that the JDK has. */
class FakeNameServerTest {
    private FakeNameServer server;

    @BeforeEach
    void start() throws Exception {
        server = FakeNameServer.start();
    }

    @AfterEach
    void stop() throws Exception {
        server.close();
    }

    @SuppressWarnings("BanJNDI") // attributes of a server of the test's own; no object is looked up
    private List<String> ask(String name, String type) throws NamingException {
        Properties settings = new Properties();
        settings.put(Context.INITIAL_CONTEXT_FACTORY, "com.sun.jndi.dns.DnsContextFactory");
        settings.put(Context.PROVIDER_URL, "dns://127.0.0.1:" + server.port());
        Attributes found = new InitialDirContext(settings).getAttributes(name, new String[] {type});
        Attribute records = found.get(type);
        if (records == null) {
            return List.of();
        }
        NamingEnumeration<?> all = records.getAll();
        List<String> texts = new ArrayList<>();
        while (all.hasMore()) {
            texts.add(all.next().toString());
        }
        return texts;
    }

    @Test
    void answersWhatItWasTold() throws Exception {
        server.with(DnsType.A, "Mail.Example.org", "192.0.2.1", "192.0.2.2")
                .with(DnsType.AAAA, "mail.example.org", "2001:db8::1")
                .with(DnsType.MX, "example.org", "10 mail.example.org")
                .with(DnsType.SRV, "_imap._tcp.example.org", "1 2 143 mail.example.org")
                .with(DnsType.CNAME, "www.example.org", "mail.example.org")
                .with(DnsType.TXT, "*.list.test", "listed")
                .withPointers("192.0.2.1", "mail.example.org");

        assertThat(ask("mail.example.ORG", "A"))
                .containsExactlyInAnyOrder("192.0.2.1", "192.0.2.2");
        assertThat(ask("mail.example.org", "AAAA")).containsExactly("2001:db8::1");
        assertThat(ask("example.org", "MX")).containsExactly("10 mail.example.org.");
        assertThat(ask("_imap._tcp.example.org", "SRV"))
                .containsExactly("1 2 143 mail.example.org.");
        assertThat(ask("www.example.org", "A")).hasSize(2);
        assertThat(ask("2.0.0.127.list.test", "TXT")).containsExactly("listed");
        assertThat(ask("1.2.0.192.in-addr.arpa", "PTR")).containsExactly("mail.example.org.");
        assertThat(ask("example.org", "TXT")).isEmpty();
        assertThat(server.questions()).contains("MX example.org");
    }

    @Test
    void saysWhatThereIsNot() {
        server.with("gone.example.org", Status.NO_NAME).with("lame.example.org", Status.FAILED);

        assertThatThrownBy(() -> ask("gone.example.org", "A"))
                .isInstanceOf(NameNotFoundException.class);
        assertThatThrownBy(() -> ask("other.example.org", "A"))
                .isInstanceOf(NameNotFoundException.class);
        assertThatThrownBy(() -> ask("lame.example.org", "A"))
                .isInstanceOf(ServiceUnavailableException.class);
    }

    @Test
    void saysLongAnswersOverTcp() throws Exception {
        String text = "x".repeat(60_000);
        server.with(DnsType.TXT, "long.example.org", text);

        assertThat(ask("long.example.org", "TXT").get(0).replaceAll("[^x]", "")).isEqualTo(text);
        assertThat(server.asked()).isEqualTo(2);
    }
}
