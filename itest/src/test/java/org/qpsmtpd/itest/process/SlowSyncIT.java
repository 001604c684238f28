package org.qpsmtpd.itest.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.qpsmtpd.itest.Maildir;
import org.qpsmtpd.itest.ProcessOutput;
import org.qpsmtpd.itest.Program;
import org.qpsmtpd.itest.ServerUnderTest;
import org.qpsmtpd.itest.SmtpDialogue;
import org.qpsmtpd.itest.SmtpReply;
import org.qpsmtpd.itest.StoredMessage;

/** A disk that takes five seconds for each fsync. */
@Timeout(240)
class SlowSyncIT {
    private static final int SECONDS = 5;
    private static final int CLIENTS = 4;

    /** As many as messages, so that none is left for others: their hooks need none. */
    private static final String CHILDREN = Integer.toString(CLIENTS + 1);

    private final Path traces;

    SlowSyncIT(@TempDir Path traces) {
        this.traces = traces;
    }

    /** Makes each fsync of a server slow until it is closed. */
    private static final class SlowDisk implements AutoCloseable {
        private final Process strace;
        private final Path trace;

        SlowDisk(ServerUnderTest server, Path trace) {
            this.trace = trace;
            String calls = "fsync,fdatasync";
            strace =
                    Program.find("strace", "strace")
                            .start(
                                    List.of(
                                            "-f",
                                            "-p",
                                            Long.toString(server.pid()),
                                            "-e",
                                            "trace=" + calls,
                                            "-e",
                                            "inject=%s:delay_enter=%ds".formatted(calls, SECONDS),
                                            "-o",
                                            trace.toString()),
                                    List.of());
            ProcessOutput.of(strace.getInputStream())
                    .await("strace to be attached", text -> text.contains(" attached"));
        }

        /** The calls that have begun. */
        long calls() throws IOException {
            try (var lines = Files.lines(trace)) {
                return lines.filter(line -> line.matches(".* f(data)?sync\\(.*")).count();
            }
        }

        @Override
        public void close() {
            strace.destroy();
            try {
                strace.waitFor();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new AssertionError("interrupted", e);
            }
        }
    }

    private static SmtpDialogue message(ServerUnderTest server, String subject) {
        SmtpDialogue session = server.connect();
        session.hello();
        session.envelope(Mail.SENDER, Mail.RECIPIENT);
        session.send("DATA").expect(354);
        session.sendBytes(Mail.message(subject)).send(".");
        return session;
    }

    @Test
    void theReplyWaitsForTheDiskAndOthersDoNot() throws Exception {
        ExecutorService waiting = Executors.newFixedThreadPool(CLIENTS);
        try (ServerUnderTest server = Mail.server().options("--children", CHILDREN).start()) {
            Mail.deliver(server, "makes the maildir");
            List<CompletableFuture<SmtpReply>> replies = new ArrayList<>();
            List<SmtpDialogue> sessions = new ArrayList<>();
            try (SlowDisk disk = new SlowDisk(server, traces.resolve("trace"))) {
                SmtpDialogue leaving = message(server, "gone");
                Eventually.holds("the first call", () -> disk.calls() > 0);
                long start = System.nanoTime();
                leaving.close();
                for (int i = 0; i < CLIENTS; i++) {
                    SmtpDialogue session = message(server, "slow " + i);
                    sessions.add(session);
                    replies.add(CompletableFuture.supplyAsync(session::read, waiting));
                }
                for (int i = 0; i < 3; i++) {
                    try (SmtpDialogue other = server.connect()) {
                        other.hello();
                        other.envelope(Mail.SENDER, Mail.RECIPIENT);
                        assertThat(other.command("NOOP").code()).isEqualTo(250);
                    }
                }
                assertThat(replies).as("answered before the disk").noneMatch(r -> r.isDone());
                for (CompletableFuture<SmtpReply> reply : replies) {
                    assertThat(reply.get().code()).isEqualTo(250);
                }
                assertThat(System.nanoTime() - start).isGreaterThan(SECONDS * 1_000_000_000L);
                Eventually.holds("an empty tmp", () -> server.maildir().unfinished().isEmpty());
            }
            sessions.forEach(SmtpDialogue::close);
            assertEachOnce(server.maildir());
            Mail.deliver(server, "after it");
        } finally {
            waiting.shutdownNow();
        }
    }

    /** What was answered for is there once; what nobody waited for at most once. */
    private static void assertEachOnce(Maildir maildir) {
        List<String> subjects =
                maildir.messages().stream()
                        .map(StoredMessage::contentText)
                        .map(text -> text.replaceAll("(?s).*Subject: ([^\n]*)\n.*", "$1"))
                        .toList();
        assertThat(subjects).doesNotHaveDuplicates();
        for (int i = 0; i < CLIENTS; i++) {
            assertThat(subjects).contains("slow " + i);
        }
    }
}
