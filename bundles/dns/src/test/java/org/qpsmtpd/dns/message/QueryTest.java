package org.qpsmtpd.dns.message;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import org.junit.jupiter.api.Test;
import org.qpsmtpd.api.service.DnsType;
import org.qpsmtpd.dns.message.Query.Fit;
import org.xbill.DNS.Flags;
import org.xbill.DNS.Message;
import org.xbill.DNS.Name;
import org.xbill.DNS.OPTRecord;
import org.xbill.DNS.Section;
import org.xbill.DNS.Type;

/** What is sent, read by the library. */
class QueryTest {
    private static final Question QUESTION =
            new Question(Name.fromConstantString("mail.example.com."), DnsType.MX);

    private static Message read(Query query) throws IOException {
        return new Message(query.octets(0xABCD));
    }

    @Test
    void asksOneQuestion() throws IOException {
        Message message = read(new Query(QUESTION, false, () -> 0));

        assertThat(message.getHeader().getID()).isEqualTo(0xABCD);
        assertThat(message.getHeader().getFlag(Flags.RD)).isTrue();
        assertThat(message.getHeader().getFlag(Flags.QR)).isFalse();
        assertThat(message.getQuestion().getName()).isEqualTo(QUESTION.name());
        assertThat(message.getQuestion().getType()).isEqualTo(Type.MX);
        assertThat(message.getSection(Section.ADDITIONAL)).isEmpty();
    }

    @Test
    void saysHowLargeAnAnswerMayBe() throws IOException {
        Message message = read(new Query(QUESTION, true, () -> 0));

        assertThat(message.getSection(Section.ADDITIONAL)).hasSize(1);
        OPTRecord extension = message.getOPT();
        assertThat(extension.getPayloadSize()).isEqualTo(Query.DATAGRAM);
        assertThat(extension.getVersion()).isZero();
        assertThat(extension.getFlags()).isZero();
    }

    @Test
    void mixesTheCaseOfLettersAndKnowsItAgain() throws IOException {
        Query query = new Query(QUESTION, true, () -> 0b0101);
        Message message = read(query);
        byte[] answer = query.octets(1);
        answer[2] |= (byte) 0x80;

        assertThat(message.getQuestion().getName().toString()).isEqualTo("MaIl.example.com.");
        assertThat(query.fit(answer)).isEqualTo(Fit.WHOLE);
        answer[13] ^= 0x20;
        assertThat(query.fit(answer)).isEqualTo(Fit.BUT_FOR_CASE);
        answer[14] = 'x';
        assertThat(query.fit(answer)).isEqualTo(Fit.NONE);
    }
}
