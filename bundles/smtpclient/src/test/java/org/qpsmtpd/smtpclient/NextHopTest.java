package org.qpsmtpd.smtpclient;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.OutputStream;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.qpsmtpd.testkit.FakeTransaction;

final class NextHopTest {
    /** A next hop that speaks SMTP. */
    static NextHop at(String host, int port, TlsMode tls) {
        return new NextHop(
                NextHop.Protocol.SMTP,
                host,
                port,
                false,
                tls,
                NextHop.sockets(tls, ""),
                Duration.ofSeconds(60),
                Duration.ofSeconds(240),
                4,
                Duration.ofSeconds(30),
                100,
                false);
    }

    @Test
    void takesAnIpv6AddressWithAndWithoutBrackets() {
        for (String text : new String[] {"[::1]", "::1"}) {
            assertThat(NextHop.host(text)).isEqualTo("::1");
        }
        assertThat(at("::1", 25, TlsMode.MAY).place()).isEqualTo("[::1]:25");
    }

    @Test
    void usesNoTlsWithASocketOfThisMachine() {
        NextHop hop = at("/run/lmtp", 24, TlsMode.MAY);

        assertThat(hop.tls()).isEqualTo(TlsMode.NONE);
        assertThat(hop.place()).isEqualTo("/run/lmtp");
    }

    @Test
    void doesNotTakeThePortWithTheHost() {
        assertThatThrownBy(() -> NextHop.host("mx:25"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("host 'mx:25' has a colon; the port is the second word: mx 25");
    }

    @Test
    void neverEndsAMessageThatIsNotWhatItWas() throws Exception {
        FakeTransaction transaction = FakeTransaction.create().withMessage("Subject: x\n\nHello\n");
        Outgoing outgoing = new Outgoing(new TransactionMail(transaction));
        transaction.headers().append("X-Late", "yes");

        assertThatThrownBy(() -> outgoing.writeTo(OutputStream.nullOutputStream()))
                .isInstanceOf(IOException.class)
                .hasMessage("the message changed while it was sent");
    }
}
