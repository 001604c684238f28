package org.qpsmtpd.mailauth.dnsjava;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.qpsmtpd.mailauth.DnsResult;
import org.qpsmtpd.mailauth.DnsResult.Status;
import org.xbill.DNS.DClass;
import org.xbill.DNS.EDNSOption;
import org.xbill.DNS.Flags;
import org.xbill.DNS.Message;
import org.xbill.DNS.Name;
import org.xbill.DNS.Rcode;
import org.xbill.DNS.Record;
import org.xbill.DNS.Resolver;
import org.xbill.DNS.Section;
import org.xbill.DNS.TSIG;
import org.xbill.DNS.Type;
import org.xbill.DNS.lookup.LookupSession;

final class DnsjavaDnsTest {
    private final Answers answers = new Answers();
    private final DnsjavaDns dns =
            new DnsjavaDns(LookupSession.builder().resolver(answers).build());

    @Test
    void readsTextsAsOctets() {
        answers.with("a.example.", Type.TXT, "\"v=spf1 \" \"-all\"", "\"\\195\\188\"");

        assertThat(now(dns.texts("a.example")).records())
                .containsExactlyInAnyOrder("v=spf1 -all", "\u00C3\u00BC");
    }

    @Test
    void readsAddressesAndNames() throws Exception {
        answers.with("a.example.", Type.A, "192.0.2.1")
                .with("a.example.", Type.AAAA, "2001:db8::1")
                .with("a.example.", Type.MX, "20 b.example.", "10 .")
                .with("1.2.0.192.in-addr.arpa.", Type.PTR, "A.example.");

        assertThat(now(dns.ipv4("a.example")).records())
                .containsExactly(InetAddress.getByName("192.0.2.1"));
        assertThat(now(dns.ipv6("a.example")).records())
                .containsExactly(InetAddress.getByName("2001:db8::1"));
        assertThat(now(dns.exchangers("a.example")).records()).containsExactly("", "b.example");
        assertThat(now(dns.pointers(InetAddress.getByName("192.0.2.1"))).records())
                .containsExactly("A.example");
    }

    @Test
    void asksForAnyOctets() {
        answers.with("a\\032b\\\\c\\255.example.", Type.TXT, "found");

        assertThat(now(dns.texts("a b\\c\u00FF.example")).records()).containsExactly("found");
    }

    @Test
    void tellsWhyThereIsNothing() {
        answers.with("a.example.", Type.A, "192.0.2.1");

        assertThat(now(dns.texts("a.example")).status()).isEqualTo(Status.NO_DATA);
        assertThat(now(dns.texts("b.example")).status()).isEqualTo(Status.NO_NAME);
        assertThat(now(dns.texts("a..example")).status()).isEqualTo(Status.NO_NAME);
        answers.fail(Rcode.SERVFAIL);
        assertThat(now(dns.texts("c.example")).status()).isEqualTo(Status.FAILED);
    }

    @Test
    void countsASilentServerAsAFailure() {
        answers.silence();

        assertThat(now(dns.texts("a.example")).status()).isEqualTo(Status.FAILED);
    }

    private static <T> DnsResult<T> now(CompletionStage<DnsResult<T>> stage) {
        return stage.toCompletableFuture().join();
    }

    /** A server that knows what it was told. */
    private static final class Answers implements Resolver {
        private final Message known = new Message();
        private int fault;
        private boolean silent;

        Answers with(String name, int type, String... values) {
            for (String value : values) {
                try {
                    Name owner = Name.fromString(name);
                    known.addRecord(
                            Record.fromString(owner, type, DClass.IN, 60, value, Name.root),
                            Section.ANSWER);
                } catch (IOException e) {
                    throw new IllegalArgumentException(e);
                }
            }
            return this;
        }

        void fail(int code) {
            fault = code;
        }

        void silence() {
            silent = true;
        }

        @Override
        public CompletionStage<Message> sendAsync(Message query) {
            if (silent) {
                return CompletableFuture.failedFuture(new IOException("timed out"));
            }
            Message answer = new Message(query.getHeader().getID());
            answer.getHeader().setFlag(Flags.QR);
            answer.addRecord(query.getQuestion(), Section.QUESTION);
            boolean exists = false;
            for (Record each : known.getSection(Section.ANSWER)) {
                boolean isName = each.getName().equals(query.getQuestion().getName());
                exists |= isName;
                if (isName && each.getType() == query.getQuestion().getType()) {
                    answer.addRecord(each, Section.ANSWER);
                }
            }
            answer.getHeader().setRcode(exists ? fault : fault == 0 ? Rcode.NXDOMAIN : fault);
            return CompletableFuture.completedFuture(answer);
        }

        @Override
        public void setPort(int port) {}

        @Override
        public void setTCP(boolean flag) {}

        @Override
        public void setIgnoreTruncation(boolean flag) {}

        @Override
        public void setEDNS(int version, int payloadSize, int flags, List<EDNSOption> options) {}

        @Override
        public void setTSIGKey(@Nullable TSIG key) {}

        @Override
        public void setTimeout(Duration timeout) {}
    }
}
