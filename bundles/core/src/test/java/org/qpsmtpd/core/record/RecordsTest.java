package org.qpsmtpd.core.record;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.qpsmtpd.api.log.Decision;
import org.qpsmtpd.api.log.MessageRecord;
import org.qpsmtpd.api.log.SessionRecord;

class RecordsTest {
    private static final int BOUND = 16 * 1024;

    private static SessionLog log(String id) {
        return new SessionLog(id, "192.0.2.1", 3);
    }

    private static void add(SessionLog log, String reason) {
        log.add("", "rcpt", "rcpt_ok", "1.0.0", "DENY", "no", reason, System.nanoTime(), 2_500);
    }

    private static MessageRecord message(String id) {
        return new MessageRecord(id, "a@b", List.of("c@d"), 1, 100, "");
    }

    @Test
    void showsTheCallsInOrder() {
        SessionLog log = log("x.1");
        for (int i = 0; i < 100; i++) {
            add(log, "reason " + i);
        }

        SessionRecord record = log.snapshot("mail.example", false, null);

        assertThat(record.decisions()).hasSize(100);
        Decision last = record.decisions().get(99);
        assertThat(last.reason()).isEqualTo("reason 99");
        assertThat(last.micros()).isEqualTo(2);
        assertThat(record.generation()).isEqualTo(3);
        assertThat(record.remoteHost()).isEqualTo("mail.example");
    }

    @Test
    void keepsTheBeginningAndThePresentWithinItsBound() {
        SessionLog log = log("x.1");
        log.add("", "connect", "first", "1.0.0", "DECLINED", "", "", System.nanoTime(), 1);
        for (int i = 0; i < 1000; i++) {
            add(log, "x".repeat(250) + i);
            assertThat(log.growth()).isLessThanOrEqualTo(BOUND);
        }

        SessionRecord record = log.snapshot("h", true, null);

        assertThat(record.decisions().get(0).plugin()).isEqualTo("first");
        assertThat(record.decisions())
                .last()
                .extracting(Decision::reason)
                .asString()
                .endsWith("999");
        assertThat(record.decisions().size() + record.dropped()).isEqualTo(1001);
        assertThat(record.decisions()).hasSizeGreaterThan(20);
    }

    @Test
    void forgetsWhatWasDecidedAboutEarlierMessagesFirst() {
        SessionLog log = log("x.1");
        for (int message = 1; message <= 20; message++) {
            for (int i = 0; i < 10; i++) {
                log.add("x.1-" + message, "rcpt", "p", "1", "OK", "", "r" + i, 0, 1);
            }
            add(log, "between");
        }

        List<Decision> kept = log.snapshot("h", true, null).decisions();

        assertThat(kept).filteredOn(decision -> decision.messageId().isEmpty()).hasSize(20);
        assertThat(kept).filteredOn(decision -> decision.messageId().equals("x.1-20")).hasSize(10);
        assertThat(kept).noneMatch(decision -> decision.messageId().equals("x.1-1"));
    }

    @Test
    void keepsOfLongAddressesOnlyTheBeginning() {
        SessionLog log = log("x.1");
        for (int i = 0; i < 20; i++) {
            List<String> recipients = Collections.nCopies(20, "r".repeat(300));
            log.addMessage(new MessageRecord("x.1-" + i, "s".repeat(300), recipients, 20, 1, ""));
            assertThat(log.growth()).isLessThanOrEqualTo(BOUND);
        }

        assertThat(log.snapshot("h", true, null).messages())
                .isNotEmpty()
                .allMatch(message -> message.sender().length() == 100);
    }

    @Test
    void cutsLongTexts() {
        SessionLog log = log("x.1");
        add(log, "r".repeat(1000));

        assertThat(log.snapshot("h", true, null).decisions().get(0).reason()).hasSize(300);
    }

    @Test
    void tellsWhatBecameOfAMessage() {
        SessionLog log = log("x.1");
        log.addMessage(message("x.1-1"));
        log.replied("x.1-1", "250 2.0.0 Queued", true);
        log.replied("", "550 5.7.1 no", false);

        SessionRecord record = log.snapshot("h", true, message("x.1-2"));

        assertThat(record.messages())
                .extracting(MessageRecord::outcome)
                .containsExactly("250 2.0.0 Queued", "");
        assertThat(record.decisions())
                .extracting(Decision::text)
                .containsExactly("250 2.0.0 Queued", "550 5.7.1 no");
    }

    @Test
    void keepsTheLastSessions() {
        Records records = new Records(2, 1_000_000);
        for (int i = 1; i <= 3; i++) {
            records.keep(log("x." + i), "h");
        }

        assertThat(records.all()).extracting(SessionRecord::id).containsExactly("x.3", "x.2");
        assertThat(records.find("x.1")).isEmpty();
        assertThat(records.find("x.2-7")).isPresent();
        assertThat(records.find("x.22")).isEmpty();
    }

    @Test
    void keepsNoMoreThanFits() {
        Records records = new Records(1000, 100_000);
        for (int i = 0; i < 100; i++) {
            SessionLog log = log("x." + i);
            for (int j = 0; j < 100; j++) {
                add(log, "r".repeat(200));
            }
            records.keep(log, "h");
        }

        assertThat(records.all()).hasSizeBetween(5, 12);
    }
}
