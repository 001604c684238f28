package org.qpsmtpd.dns.lookup;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.qpsmtpd.api.net.NameServerAddress;
import org.qpsmtpd.api.service.DnsAnswer;
import org.qpsmtpd.api.service.DnsAnswer.Status;
import org.qpsmtpd.api.service.DnsType;
import org.qpsmtpd.dns.transport.Loop;
import org.qpsmtpd.testkit.FakeNameServer;
import org.qpsmtpd.testkit.FakeNameServer.Query;

/** Name servers that are wrong, lame or of ill will, and others that speak in their name. */
class HostileAnswersTest {
    private static final int CODE_AT = 3;
    private static final int FORMERR = 1;
    private static final int SERVFAIL = 2;
    private static final int REFUSED = 5;

    private FakeNameServer server;
    private Loop loop;
    private ServerResolver resolver;

    @BeforeEach
    void start() throws Exception {
        server = FakeNameServer.start().with(DnsType.A, "mail.example.org", "192.0.2.1");
        loop = new Loop("dns-test");
        NameServerAddress address = NameServerAddress.parse(server.address());
        resolver = new ServerResolver(loop, () -> List.of(address));
    }

    @AfterEach
    void stop() throws Exception {
        resolver.close();
        loop.close();
        server.close();
    }

    private <T> DnsAnswer<T> ask(String name, DnsType<T> type) throws Exception {
        return Answers.of(resolver.ask(name, type));
    }

    private static byte[] with(byte[] message, int at, int octet) {
        byte[] changed = message.clone();
        changed[at] = (byte) octet;
        return changed;
    }

    /** The right answer, with another address in it. */
    private byte[] forged(Query query) {
        byte[] message = server.answer(query);
        for (int i = 0; i + 3 < message.length; i++) {
            if (message[i] == (byte) 192 && message[i + 1] == 0 && message[i + 2] == 2) {
                message[i + 3] = 66;
            }
        }
        return message;
    }

    private void assertRightAnswer() throws Exception {
        assertThat(ask("mail.example.org", DnsType.A).records())
                .extracting(Object::toString)
                .containsExactly("/192.0.2.1");
    }

    @Test
    void waitsForTheRightId() throws Exception {
        server.withScript(
                query -> {
                    List<byte[]> answers = new ArrayList<>();
                    for (int i = 1; i < 100; i++) {
                        byte[] wrong = forged(query);
                        answers.add(with(wrong, 1, wrong[1] + i));
                    }
                    answers.add(server.answer(query));
                    return answers;
                });
        assertRightAnswer();
        assertThat(resolver.servers().get(0).dropped()).isEqualTo(99);
        assertThat(resolver.servers().get(0).asked()).isEqualTo(1);
    }

    @Test
    void waitsForTheRightQuestion() throws Exception {
        server.withScript(
                query -> {
                    byte[] wrong = forged(query);
                    int type = 12 + "mail.example.org".length() + 2 + 1;
                    return List.of(
                            with(wrong, 13, 'x'), // another name
                            with(wrong, type, 28), // another type
                            with(wrong, type + 2, 3), // another class
                            with(wrong, 2, 1), // a question itself
                            new byte[] {wrong[0], wrong[1], 1},
                            server.answer(query));
                });
        assertRightAnswer();
        assertThat(resolver.servers().get(0).dropped()).isEqualTo(5);
    }

    @Test
    void hearsNobodyElse() throws Exception {
        try (DatagramSocket stranger = new DatagramSocket(0)) {
            server.withScript(
                    query -> {
                        byte[] wrong = forged(query);
                        InetSocketAddress client = (InetSocketAddress) query.client();
                        stranger.send(new DatagramPacket(wrong, wrong.length, client));
                        return List.of(server.answer(query));
                    });
            assertRightAnswer();
        }
    }

    @Test
    void takesAnotherCaseOverTcpOnly() throws Exception {
        server.withScript(
                query -> {
                    byte[] message = query.isTcp() ? server.answer(query) : forged(query);
                    for (int i = 13; i < 13 + "mail.example.org".length(); i++) {
                        boolean letter = Character.isLetter(message[i]);
                        message[i] = (byte) (letter ? message[i] | 0x20 : message[i]);
                    }
                    return List.of(message);
                });
        assertRightAnswer();
        server.with(DnsType.TXT, "text.example.org", "text");
        assertThat(ask("text.example.org", DnsType.TXT).isFound()).isTrue();
    }

    @Test
    void asksFromManyPortsWithManyIds() throws Exception {
        Set<Integer> ports = ConcurrentHashMap.newKeySet();
        Set<Integer> ids = ConcurrentHashMap.newKeySet();
        Set<String> spellings = ConcurrentHashMap.newKeySet();
        server.withScript(
                query -> {
                    byte[] message = query.message();
                    ports.add(((InetSocketAddress) query.client()).getPort());
                    ids.add(((message[0] & 0xFF) << 8) | (message[1] & 0xFF));
                    spellings.add(new String(message, 13, 20, StandardCharsets.US_ASCII));
                    return List.of(server.answer(query));
                });
        for (int i = 1000; i < 1400; i++) {
            ask("h" + i + ".mail.example.org", DnsType.A);
        }
        assertThat(ports).hasSizeGreaterThan(3);
        assertThat(ids).hasSizeGreaterThan(380);
        assertThat(spellings).anyMatch(name -> name.matches(".*[A-Z].*"));
    }

    @Test
    void dropsRecordsOfOtherNames() throws Exception {
        server.with(DnsType.A, "evil.example.com", "192.0.2.66")
                .withScript(
                        query -> {
                            // The answer for evil.example.com under the question that was asked.
                            byte[] right = server.answer(query);
                            byte[] other = right.clone();
                            int owner = 12 + "mail.example.org".length() + 2 + 4;
                            other[owner + 1] = 12 + 5; // the name is example.org now
                            return List.of(query.isTcp() ? right : other);
                        });
        assertThat(ask("mail.example.org", DnsType.A).isFound()).isFalse();
    }

    @Test
    void doesNotFollowAliasesInCircles() throws Exception {
        server.with(DnsType.CNAME, "a.example.org", "b.example.org")
                .with(DnsType.CNAME, "b.example.org", "a.example.org")
                .with(DnsType.CNAME, "self.example.org", "self.example.org");
        assertThat(ask("a.example.org", DnsType.A).isFailed()).isTrue();
        assertThat(ask("self.example.org", DnsType.A).isFailed()).isTrue();
    }

    @Test
    void followsAliasesThatTheServerDoesNot() throws Exception {
        for (int i = 0; i < 30; i++) {
            server.with(DnsType.CNAME, "n" + i + ".example.org", "n" + (i + 1) + ".example.org");
        }
        server.with(DnsType.CNAME, "www.example.org", "mail.example.org")
                .withScript(query -> List.of(onlyFirst(server.answer(query))));

        assertThat(ask("www.example.org", DnsType.A).isFound()).isTrue();
        assertThat(ask("n0.example.org", DnsType.A).isFailed()).as("too many").isTrue();
    }

    /** Only the first record of an answer, and no authority. */
    private static byte[] onlyFirst(byte[] message) {
        byte[] first = with(with(message, 6, 0), 7, message[7] == 0 ? 0 : 1);
        return with(with(first, 9, 0), 11, 0);
    }

    @Test
    void takesLongAnswers() throws Exception {
        for (int i = 0; i < 50; i++) {
            server.with(DnsType.TXT, "fifty.example.org", "text " + i);
        }
        server.with(DnsType.TXT, "long.example.org", "x".repeat(64_000));

        assertThat(ask("fifty.example.org", DnsType.TXT).records()).hasSize(50).contains("text 49");
        assertThat(ask("long.example.org", DnsType.TXT).records())
                .containsExactly("x".repeat(64_000));
    }

    @Test
    void truncatedOverTcpIsNoAnswer() throws Exception {
        server.withScript(
                query -> {
                    byte[] message = server.answer(query);
                    return List.of(with(message, 2, message[2] | 2));
                });
        assertThat(ask("mail.example.org", DnsType.A).isFailed()).isTrue();
    }

    @Test
    void endsWhenNobodyAnswersOverTcp() throws Exception {
        server.withScript(
                query -> {
                    byte[] message = server.answer(query);
                    return query.isTcp() ? List.of() : List.of(with(message, 2, message[2] | 2));
                });
        assertThat(ask("mail.example.org", DnsType.A).isFailed()).isTrue();
    }

    @Test
    void endsWhenNobodyAnswers() throws Exception {
        server.withSilence();
        assertThat(ask("mail.example.org", DnsType.A).isFailed()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(ints = {FORMERR, SERVFAIL, REFUSED, 4, 9, 15})
    void refusalsAreFailures(int code) throws Exception {
        server.withScript(
                query -> {
                    byte[] message = server.answer(query);
                    return List.of(with(message, CODE_AT, (message[CODE_AT] & 0xF0) | code));
                });
        assertThat(ask("mail.example.org", DnsType.A).isFailed()).isTrue();
    }

    @Test
    void doesWithoutExtensionsWhereTheyAreRefused() throws Exception {
        server.withScript(
                query -> {
                    boolean extended = query.message()[11] == 1;
                    byte[] message = server.answer(query);
                    byte[] refusal = with(new byte[12], CODE_AT, FORMERR);
                    System.arraycopy(message, 0, refusal, 0, 2);
                    return List.of(extended ? with(refusal, 2, 0x80) : message);
                });
        assertRightAnswer();
    }

    @Test
    void aServerThatLeadsElsewhereIsNoHelp() throws Exception {
        server.withNegativeTtl(-1)
                .withScript(
                        query -> {
                            byte[] message = server.answer(query);
                            return List.of(with(with(message, 2, 0x81), CODE_AT, 0));
                        });
        assertThat(ask("nobody.example.org", DnsType.A).isFailed()).isTrue();
        assertThat(ask("example.org", DnsType.A).isFailed()).isTrue();
    }

    @Test
    void brokenMessagesAreFailures() throws Exception {
        server.withScript(
                query -> {
                    byte[] message = server.answer(query);
                    int owner = 12 + "mail.example.org".length() + 2 + 4;
                    return List.of(with(message, owner + 1, owner)); // a name that is itself
                });
        assertThat(ask("mail.example.org", DnsType.A).isFailed()).isTrue();
    }

    @Test
    void halfMessagesAreFailures() throws Exception {
        server.withScript(
                query -> {
                    byte[] message = server.answer(query);
                    return List.of(Arrays.copyOf(message, message.length - 15));
                });
        assertThat(ask("mail.example.org", DnsType.A).isFailed()).isTrue();
    }

    @Test
    void oddOctetsComeThrough() throws Exception {
        server.with(DnsType.TXT, "text.example.org", "a\r\nb\u001B[2J\u0000\u00FF")
                .withPointers("192.0.2.1", "a\\013\\010b\\.c\\\\.example.org");

        assertThat(ask("text.example.org", DnsType.TXT).records())
                .containsExactly("a\r\nb\u001B[2J\u0000\u00FF");
        assertThat(ask("1.2.0.192.in-addr.arpa", DnsType.PTR).records())
                .containsExactly("a\\013\\010b\\046c\\092.example.org");
    }

    @Test
    void namesOfAnswersCanBeAskedFor() throws Exception {
        server.with(DnsType.MX, "example.org", "10 a\\032b.example.org")
                .with(DnsType.A, "a\\032b.example.org", "192.0.2.9");
        String host = ask("example.org", DnsType.MX).records().get(0).host();

        assertThat(host).isEqualTo("a\\032b.example.org");
        assertThat(ask(host, DnsType.A).isFound()).isTrue();
    }

    @Test
    void nullMailExchangerHasNoHost() throws Exception {
        server.with(DnsType.MX, "example.org", "0 .");
        assertThat(ask("example.org", DnsType.MX).records().get(0).host()).isEmpty();
        assertThat(ask("", DnsType.A).status()).isEqualTo(Status.NO_NAME);
    }

    @Test
    void mappedAddressesStaySix() throws Exception {
        server.with(DnsType.AAAA, "mail.example.org", "2001:db8::1")
                .withScript(
                        query -> {
                            byte[] message = server.answer(query);
                            int data = message.length - 11 - 16;
                            IntStream.range(0, 10).forEach(i -> message[data + i] = 0);
                            message[data + 10] = (byte) 255;
                            message[data + 11] = (byte) 255;
                            return List.of(message);
                        });
        assertThat(ask("mail.example.org", DnsType.AAAA).records().get(0).getAddress()).hasSize(16);
    }
}
