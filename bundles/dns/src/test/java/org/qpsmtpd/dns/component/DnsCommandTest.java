package org.qpsmtpd.dns.component;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.qpsmtpd.api.net.NameServerAddress;
import org.qpsmtpd.api.plugin.PluginFigures.Figure;
import org.qpsmtpd.api.service.DnsType;
import org.qpsmtpd.dns.lookup.ServerResolver;
import org.qpsmtpd.dns.transport.Loop;
import org.qpsmtpd.testkit.FakeNameServer;

class DnsCommandTest {
    private FakeNameServer server;
    private Loop loop;
    private ServerResolver resolver;
    private DnsCommand command;

    @BeforeEach
    void start() throws Exception {
        server = FakeNameServer.start().with(DnsType.A, "mail.example.org", "192.0.2.1");
        loop = new Loop("dns-test");
        NameServerAddress address = NameServerAddress.parse(server.address() + " trusted");
        resolver = new ServerResolver(loop, () -> List.of(address));
        command = new DnsCommand(resolver);
    }

    @AfterEach
    void stop() throws Exception {
        resolver.close();
        loop.close();
        server.close();
    }

    private String run(boolean found, String... words) throws Exception {
        StringWriter text = new StringWriter();
        PrintWriter out = new PrintWriter(text);
        assertThat(command.run(List.of(words), out)).isEqualTo(found);
        out.flush();
        return text.toString();
    }

    @Test
    void looksUp() throws Exception {
        server.withPointers("192.0.2.1", "mail.example.org");
        server.with(DnsType.MX, "example.org", "10 mail.example.org");

        assertThat(run(true, "lookup", "mail.example.org"))
                .isEqualToIgnoringNewLines("AAAA mail.example.org: no such recordA 192.0.2.1");
        assertThat(run(true, "lookup", "192.0.2.1")).contains("PTR mail.example.org");
        assertThat(run(true, "lookup", "example.org", "mx")).contains("mail.example.org");
        assertThat(run(false, "lookup", "nobody.example.org", "A")).contains("no such name");
    }

    @Test
    void showsServersAndFigures() throws Exception {
        run(true, "lookup", "mail.example.org", "A");
        run(true, "lookup", "mail.example.org", "A");

        assertThat(run(true))
                .contains(server.address(), "in use, trusted", "2, 1 from the cache")
                .contains("kept       1 answers");
        assertThat(command.figures())
                .contains(Figure.counter("dns_questions", 2), Figure.counter("dns_cache_hits", 1));
        run(true, "flush");
        run(true, "lookup", "mail.example.org", "A");
        assertThat(server.asked()).isEqualTo(2);
    }

    @Test
    void refusesOtherWords() {
        for (List<String> words :
                List.of(
                        List.of("look"),
                        List.of("lookup"),
                        List.of("flush", "all"),
                        List.of("lookup", "a", "ANY"))) {
            assertThatThrownBy(() -> command.run(words, new PrintWriter(new StringWriter())))
                    .isInstanceOf(IllegalArgumentException.class);
        }
    }
}
