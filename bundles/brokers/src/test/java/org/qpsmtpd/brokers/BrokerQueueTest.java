package org.qpsmtpd.brokers;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.qpsmtpd.api.answer.Action;
import org.qpsmtpd.api.answer.HookResult;
import org.qpsmtpd.api.plugin.PluginFigures.Figure;
import org.qpsmtpd.api.session.Recipient;
import org.qpsmtpd.brokers.ScriptedBroker.Published;
import org.qpsmtpd.testkit.Configs;
import org.qpsmtpd.testkit.FakeConnection;
import org.qpsmtpd.testkit.FakeTransaction;

@Timeout(120)
final class BrokerQueueTest {
    private static final String MESSAGE = "Message-Id: <1@x>\nSubject: a test\n\nHello\n";

    private final ScriptedBroker broker = new ScriptedBroker();
    private final List<BrokerQueue> open = new ArrayList<>();

    @AfterEach
    void close() {
        open.forEach(BrokerQueue::close);
    }

    private BrokerQueue queue(String... options) {
        return queue(1000, "fixed", options);
    }

    private BrokerQueue queue(int maxOctets, String key, String... options) {
        Map<String, Object> values = new LinkedHashMap<>();
        for (int i = 0; i < options.length; i += 2) {
            values.put(options[i], options[i + 1]);
        }
        BrokerQueue queue =
                new BrokerQueue(
                        "queue/test",
                        BrokerSettings.of(
                                BrokerSettings.servers("127.0.0.1", 1),
                                KeyPattern.of("key", key),
                                maxOctets,
                                Configs.config(BrokerOptions.class, values)),
                        broker);
        open.add(queue);
        return queue;
    }

    private static FakeTransaction transaction(String... recipients) {
        FakeTransaction transaction =
                FakeTransaction.on(FakeConnection.from("192.0.2.1"))
                        .withSender("joe@example.org")
                        .withMessage(MESSAGE);
        for (String recipient : recipients) {
            transaction.withRecipient(recipient);
        }
        return transaction;
    }

    private static CompletableFuture<HookResult> later(HookResult result) {
        return result.pending().orElseThrow().answer().toCompletableFuture();
    }

    private static HookResult answer(HookResult result) throws Exception {
        return result.pending().isEmpty() ? result : later(result).get(60, TimeUnit.SECONDS);
    }

    private static List<String> values(Letter letter, String name) {
        return letter.envelope().stream()
                .filter(field -> field.name().equals(name))
                .map(EnvelopeField::value)
                .toList();
    }

    @Test
    void answersOkWhenTheBrokerHasTheMessageAndNotBefore() throws Exception {
        BrokerQueue queue = queue();
        FakeTransaction transaction = transaction("amy@example.com", "bob@example.com");

        CompletableFuture<HookResult> answer = later(queue.queue(transaction));
        Published published = broker.awaitLetter();

        assertThat(answer).isNotDone();
        published.taken().complete("there");
        assertThat(answer.get(60, TimeUnit.SECONDS))
                .isEqualTo(
                        HookResult.ok("queued as " + transaction.id())
                                .because("pass: published to there"));
        Letter letter = published.letter();
        assertThat(new String(letter.octets(), UTF_8)).isEqualTo(MESSAGE.replace("\n", "\r\n"));
        assertThat(letter.key()).isEqualTo("fixed");
        assertThat(values(letter, "mail-from")).containsExactly("joe@example.org");
        assertThat(values(letter, "mail-to")).containsExactly("amy@example.com", "bob@example.com");
        assertThat(values(letter, "mail-client")).containsExactly("192.0.2.1");
        assertThat(values(letter, "mail-id")).containsExactly(transaction.id());
        assertThat(values(letter, "mail-time")).hasSize(1);
        assertThat(values(letter, "mail-user")).isEmpty();
    }

    @Test
    void handsChangedHeadersAndTheNullSenderOn() throws Exception {
        BrokerQueue queue = queue();
        FakeTransaction transaction = transaction("amy@example.com").withSender("");
        transaction.headers().prepend("Received", "by us");

        var unused = queue.queue(transaction);
        Letter letter = broker.awaitLetter().letter();

        assertThat(new String(letter.octets(), UTF_8)).startsWith("Received: by us\r\nMessage-Id");
        assertThat(values(letter, "mail-from")).containsExactly("");
    }

    @Test
    void theDigestIsThatOfTheSameMailWhoeverBringsIt() throws Exception {
        BrokerQueue queue = queue();
        FakeTransaction again = FakeTransaction.on(FakeConnection.from("192.0.2.9"));
        again.withSender("joe@example.org").withMessage(MESSAGE).withRecipient("a@example.com");
        again.headers().prepend("Received", "by us");
        FakeTransaction nameless =
                transaction("a@example.com").withMessage("Subject: x\n\nHello\n");

        List<String> digests = new ArrayList<>();
        for (FakeTransaction each :
                List.of(transaction("a@example.com"), again, transaction("b@x.com"), nameless)) {
            var unused = queue.queue(each);
            digests.add(broker.awaitLetter().letter().digest());
        }

        assertThat(digests.get(0)).matches("[0-9a-f]{64}").isEqualTo(digests.get(1));
        assertThat(digests.get(2)).isNotEqualTo(digests.get(0));
        assertThat(digests.get(3)).isNotEqualTo(digests.get(0));
    }

    @Test
    void defersWhileTheBrokerIsAwayAndGoesOnByItself() throws Exception {
        broker.refuse("nobody listens");
        BrokerQueue queue = queue();

        HookResult refused = answer(queue.queue(transaction("amy@example.com")));
        assertThat(refused.action()).isEqualTo(Action.DENYSOFT);
        assertThat(refused.code()).isEqualTo(451);
        assertThat(refused.text()).contains("cannot be reached").endsWith("(#4.4.1)");
        assertThat(refused.reason()).isEqualTo("error: nobody listens");

        var unused = broker.awaitConnection();
        isTaken(queue);
    }

    /** The connection is there a moment before the queue knows. */
    private void isTaken(BrokerQueue queue) throws Exception {
        HookResult last = HookResult.DECLINED;
        for (int i = 0; i < 1000 && last.action() != Action.OK; i++) {
            HookResult result = queue.queue(transaction("amy@example.com"));
            CompletableFuture<HookResult> answer = later(result);
            if (!answer.isDone()) {
                broker.awaitLetter().taken().complete("there");
            }
            last = answer.get(60, TimeUnit.SECONDS);
        }
        assertThat(last.action()).isEqualTo(Action.OK);
    }

    @Test
    void connectsAnewWhenTheConnectionIsLost() throws Exception {
        BrokerQueue queue = queue();
        queue.begin();
        Consumer<String> first = broker.awaitConnection();
        isTaken(queue);

        first.accept("reset");
        Consumer<String> second = broker.awaitConnection();
        isTaken(queue);

        // The former connection has nothing to say any more.
        first.accept("reset again");
        isTaken(queue);
        second.accept("reset");
        var unused = broker.awaitConnection();
    }

    @Test
    void refusesWhatIsTooLargeOrLeavesItToTheNext() throws Exception {
        HookResult denied = queue(20, "k").queue(transaction("amy@example.com"));
        assertThat(denied.action()).isEqualTo(Action.DENY);
        assertThat(denied.text()).endsWith("(#5.3.4)");

        HookResult declined =
                queue(20, "k", "larger", "decline").queue(transaction("amy@example.com"));
        assertThat(declined.action()).isEqualTo(Action.DECLINED);
        assertThat(declined.reason()).startsWith("skip: too large");
        assertThat(broker.hasNoLetter()).isTrue();
    }

    @Test
    void answersTheBrokersOwnLimitLikeIts() throws Exception {
        BrokerFailure failure = new BrokerFailure(BrokerFailure.Kind.TOO_LARGE, "10 octets");
        assertThat(refused(queue(), failure).action()).isEqualTo(Action.DENY);
        assertThat(refused(queue("larger", "decline"), failure).action())
                .isEqualTo(Action.DECLINED);
    }

    private HookResult refused(BrokerQueue queue, Exception failure) throws Exception {
        CompletableFuture<HookResult> answer = later(queue.queue(transaction("amy@example.com")));
        broker.awaitLetter().taken().completeExceptionally(failure);
        return answer.get(60, TimeUnit.SECONDS);
    }

    @Test
    void defersWhatTheBrokerDoesNotTake() throws Exception {
        HookResult refused =
                refused(queue(), new BrokerFailure(BrokerFailure.Kind.REFUSED, "no\r\nspace"));
        assertThat(refused.code()).isEqualTo(451);
        assertThat(refused.text()).doesNotContain("space").endsWith("(#4.3.0)");
        assertThat(refused.reason()).isEqualTo("error: no space");
    }

    @Test
    void defersOnAFaultOfTheLibrary() throws Exception {
        broker.fault(new IllegalStateException("buffer"));
        HookResult refused = answer(queue().queue(transaction("amy@example.com")));
        assertThat(refused.code()).isEqualTo(451);
        assertThat(refused.reason()).isEqualTo("error: unexpected fault: buffer");
    }

    @Test
    void waitsNoLongerThanItsLimit() throws Exception {
        HookResult late =
                answer(queue("timeoutSeconds", "1").queue(transaction("amy@example.com")));
        assertThat(late.code()).isEqualTo(451);
        assertThat(late.text()).contains("in time").endsWith("(#4.4.1)");
    }

    @Test
    void hasRoomForSoManyAndTakesThemAgainAfterwards() throws Exception {
        BrokerQueue queue = queue("most_messages", "1");
        CompletableFuture<HookResult> first = later(queue.queue(transaction("amy@example.com")));

        HookResult busy = queue.queue(transaction("amy@example.com"));
        assertThat(busy.action()).isEqualTo(Action.DENYSOFT);
        assertThat(busy.text()).endsWith("(#4.4.5)");
        assertThat(queue.figures()).contains(Figure.gauge("messages_waiting", 1));

        broker.awaitLetter().taken().complete("there");
        assertThat(first.get(60, TimeUnit.SECONDS).action()).isEqualTo(Action.OK);
        isTaken(queue);
        assertThat(queue.figures())
                .contains(Figure.gauge("octets_waiting", 0), Figure.counter("published", 2));
    }

    @Test
    void hasRoomForSoManyOctets() throws Exception {
        BrokerQueue queue = queue(60, "k", "most_octets", "60");
        var unused = queue.queue(transaction("amy@example.com"));
        assertThat(queue.queue(transaction("amy@example.com")).text()).endsWith("(#4.4.5)");
    }

    @Test
    void givesTheRoomBackWhenTheMessageCannotBeRead() throws Exception {
        BrokerQueue queue = queue("most_messages", "1");
        HookResult refused = queue.queue(transaction("amy@example.com").withUnreadableMessage());
        assertThat(refused.code()).isEqualTo(451);
        isTaken(queue);
    }

    @Test
    void hasALetterForEachKey() throws Exception {
        BrokerQueue queue = queue(1000, "mail.%d");
        var unused =
                queue.queue(transaction("amy@example.com", "bob@example.net", "eve@EXAMPLE.com"));
        Letter first = broker.awaitLetter().letter();
        Letter second = broker.awaitLetter().letter();
        assertThat(first.key()).isEqualTo("mail.example.com");
        assertThat(values(first, "mail-to")).containsExactly("amy@example.com", "eve@EXAMPLE.com");
        assertThat(second.key()).isEqualTo("mail.example.net");
        assertThat(broker.hasNoLetter()).isTrue();
    }

    @Test
    void hasALetterForEachRecipientWhenItIsTold() throws Exception {
        BrokerQueue queue = queue("per", "recipient");
        CompletableFuture<HookResult> answer =
                later(queue.queue(transaction("amy@example.com", "bob@example.com")));
        Published first = broker.awaitLetter();
        Published second = broker.awaitLetter();
        assertThat(values(first.letter(), "mail-to")).containsExactly("amy@example.com");
        assertThat(values(second.letter(), "mail-to")).containsExactly("bob@example.com");
        first.taken().complete("one");
        assertThat(answer).isNotDone();
        second.taken().complete("two");
        assertThat(answer.get(60, TimeUnit.SECONDS).reason())
                .isEqualTo("pass: published to one, two");
    }

    @Test
    void hasALetterForEachHundredRecipients() throws Exception {
        FakeTransaction transaction = transaction();
        for (int i = 0; i < 101; i++) {
            transaction.withRecipient("user" + i + "@example.com");
        }
        var unused = queue().queue(transaction);
        assertThat(values(broker.awaitLetter().letter(), "mail-to")).hasSize(100);
        assertThat(values(broker.awaitLetter().letter(), "mail-to"))
                .containsExactly("user100@example.com");
    }

    @Test
    void tellsEachRecipientWhoReadsOfEach() throws Exception {
        FakeTransaction transaction =
                transaction("amy@example.com", "bob@example.com").withParameter("prdr", "");
        List<Recipient> both = transaction.recipients();
        CompletableFuture<HookResult> answer = later(queue("per", "recipient").queue(transaction));
        broker.awaitLetter().taken().complete("there");
        broker.awaitLetter()
                .taken()
                .completeExceptionally(new BrokerFailure(BrokerFailure.Kind.REFUSED, "full"));
        assertThat(answer.get(60, TimeUnit.SECONDS).action()).isEqualTo(Action.DECLINED);
        assertThat(both.get(0).verdict().orElseThrow().action()).isEqualTo(Action.OK);
        assertThat(both.get(1).verdict().orElseThrow().code()).isEqualTo(451);
    }

    @Test
    void defersAllWhenOneIsNotTaken() throws Exception {
        CompletableFuture<HookResult> answer =
                later(
                        queue("per", "recipient")
                                .queue(transaction("amy@example.com", "bob@example.com")));
        broker.awaitLetter().taken().complete("there");
        broker.awaitLetter()
                .taken()
                .completeExceptionally(new BrokerFailure(BrokerFailure.Kind.REFUSED, "full"));
        HookResult refused = answer.get(60, TimeUnit.SECONDS);
        assertThat(refused.action()).isEqualTo(Action.DENYSOFT);
        assertThat(refused.reason()).isEqualTo("error: full; 1 got it before");
    }

    @Test
    void declinesWithoutRecipients() {
        assertThat(queue().queue(transaction()).action()).isEqualTo(Action.DECLINED);
    }

    @Test
    void defersWhenItHasBeenClosedAndClosesTheBroker() throws Exception {
        BrokerQueue queue = queue();
        queue.close();
        assertThat(broker.awaitClosed()).isSameAs(ScriptedBroker.class.getClassLoader());
        HookResult refused = answer(queue.queue(transaction("amy@example.com")));
        assertThat(refused.code()).isEqualTo(451);
    }
}
