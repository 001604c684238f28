package org.qpsmtpd.core.session;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.Executor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.qpsmtpd.core.budget.Budget;
import org.qpsmtpd.core.message.DataDecoder;
import org.qpsmtpd.core.message.Pieces;
import org.qpsmtpd.core.message.Spool;
import org.qpsmtpd.core.message.StoredBody;
import org.qpsmtpd.core.session.MessageInput.Fault;

/** What becomes of a message when the memory for all messages is used up. */
class MessageInputTest {
    private static final int PLENTY = 1 << 20;
    private static final String HEADER = "Subject: s\r\n\r\n";

    private final Spool spool;
    private final Finish finish = new Finish();

    MessageInputTest(@TempDir Path directory) throws IOException {
        spool = new Spool(directory.resolve("spool"));
        spool.prepare();
    }

    @Test
    void aSmallMessageStaysInMemory() {
        StoredBody body = new StoredBody(spool);
        MessageInput input = input(body, PLENTY, new Budget(PLENTY));

        feed(input, HEADER + line(8000) + ".\r\n");

        assertThat(finish.finished).isTrue();
        assertThat(input.fault()).isEqualTo(Fault.NONE);
        assertThat(body.inMemory()).isTrue();
    }

    @Test
    void aMessageLeavesMemoryWhenTheBudgetIsSpent() {
        Budget budget = new Budget(1);
        budget.add(1);
        StoredBody body = new StoredBody(spool);
        MessageInput input = input(body, PLENTY, budget);

        feed(input, HEADER + line(8000));
        assertThat(body.inMemory()).isFalse();
        assertThat(input.position()).isZero();
        feed(input, "the end\r\n.\r\n");

        assertThat(input.fault()).isEqualTo(Fault.NONE);
        assertThat(body.size()).isEqualTo(HEADER.length() + 8002 + 9);
    }

    @Test
    void aHeaderThatCannotLeaveMemoryIsGivenUpWhenTheBudgetIsSpent() {
        Budget budget = new Budget(1);
        budget.add(1);
        StoredBody body = new StoredBody(spool);
        MessageInput input = input(body, PLENTY, budget);

        feed(input, "X-Long: " + line(20_000));
        assertThat(input.fault()).isEqualTo(Fault.NO_MEMORY);
        feed(input, line(60_000) + ".\r\n");

        assertThat(finish.finished).as("the rest is read to its end").isTrue();
        assertThat(body.inMemory()).isTrue();
    }

    @Test
    void whatIsOnItsWayToTheDiskIsCounted() {
        Budget budget = new Budget(PLENTY);
        Deque<Runnable> disk = new ArrayDeque<>();
        StoredBody body = new StoredBody(spool);
        MessageInput input = input(body, 1000, budget, disk::add);

        feed(input, HEADER + line(8000));
        assertThat(budget.used()).isGreaterThanOrEqualTo(8000);
        disk.remove().run();

        assertThat(budget.used()).isZero();
        assertThat(body.isSpooled()).isTrue();
    }

    @Test
    void whatIsRefusedKeepsNothing() {
        StoredBody body = new StoredBody(spool);
        Budget budget = new Budget(1);
        budget.add(1);
        MessageInput input = input(body, PLENTY, budget);

        feed(input, "X-Long: " + "x".repeat(100_000));

        assertThat(input.fault()).isEqualTo(Fault.NO_MEMORY);
        assertThat(body.held()).isZero();
    }

    @Test
    void aMessageLargerThanTheThresholdIsSpooledThoughItComesAtOnce() {
        StoredBody body = new StoredBody(spool);

        feed(input(body, 1000, new Budget(PLENTY)), HEADER + line(2000) + ".\r\n");

        assertThat(finish.finished).isTrue();
        assertThat(body.inMemory()).isFalse();
    }

    @Test
    void aLargeMessageStaysInMemoryWhileThereIsPlenty() throws IOException {
        StoredBody body = new StoredBody(spool);
        Budget budget = new Budget(PLENTY);
        MessageInput input = input(body, 1000, 10 * PLENTY, budget, Runnable::run);

        String text = HEADER + line(60_000).repeat(40);
        feedInSteps(input, text);
        assertThat(body.inMemory()).isTrue();
        assertThat(body.inArray()).isLessThan(Pieces.PIECE);
        budget.add(PLENTY / 2);
        feed(input, "the end\r\n.\r\n");

        assertThat(finish.finished).isTrue();
        assertThat(body.inMemory()).as("half of the memory is used").isFalse();
        assertThat(Files.readString(body.file())).isEqualTo(text + "the end\r\n");
    }

    @Test
    void noMessageTakesAllOfAPlentyOfMemory() {
        StoredBody body = new StoredBody(spool);
        MessageInput input = input(body, 1000, 50_000, new Budget(PLENTY), Runnable::run);

        feed(input, HEADER + line(40_000));
        assertThat(body.inMemory()).isTrue();
        feed(input, line(40_000));

        assertThat(body.inMemory()).isFalse();
    }

    private static void feedInSteps(MessageInput input, String text) {
        int step = 50_000;
        for (int at = 0; at < text.length(); at += step) {
            feed(input, text.substring(at, Math.min(text.length(), at + step)));
        }
    }

    private MessageInput input(StoredBody body, int inMemory, Budget budget) {
        return input(body, inMemory, budget, Runnable::run);
    }

    private MessageInput input(StoredBody body, int inMemory, Budget budget, Executor children) {
        int inPlenty = inMemory;
        return input(body, inMemory, inPlenty, budget, children);
    }

    private MessageInput input(
            StoredBody body, int inMemory, int inPlenty, Budget budget, Executor children) {
        return new MessageInput(
                body,
                DataDecoder.forData(),
                new MessageInput.Limits(0, inMemory, inPlenty, budget),
                children,
                Runnable::run,
                finish);
    }

    private static String line(int length) {
        return "x".repeat(length) + "\r\n";
    }

    private static void feed(MessageInput input, String text) {
        byte[] octets = text.getBytes(StandardCharsets.US_ASCII);
        byte[] room = input.room(octets.length);
        System.arraycopy(octets, 0, room, input.position(), octets.length);
        assertThat(input.accept(octets.length)).isEqualTo(octets.length);
        input.advance();
    }

    private static final class Finish implements MessageInput.Owner {
        private boolean finished;

        @Override
        public void headerComplete() {}

        @Override
        public void grown() {}

        @Override
        public void finished(MessageInput input) {
            finished = true;
        }

        @Override
        public void broken(MessageInput input) {
            throw new AssertionError("broken");
        }

        @Override
        public void pieceWritten() {}
    }
}
