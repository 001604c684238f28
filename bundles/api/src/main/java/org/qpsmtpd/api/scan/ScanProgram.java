package org.qpsmtpd.api.scan;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.function.Function;
import org.qpsmtpd.api.answer.HookResult;
import org.qpsmtpd.api.peer.PeerFailure;
import org.qpsmtpd.api.program.Program;
import org.qpsmtpd.api.program.ProgramEnd;
import org.qpsmtpd.api.session.Transaction;

/**
 * A program that looks at a message in a file, whose name is its last word. Whoever asks it waits,
 * so not for a {@code NonBlocking} plugin.
 */
public final class ScanProgram {
    private static final int FIRST_OF_SIGNALS = 129;
    private static final int LAST_OF_SIGNALS = 128 + 64;

    private final Program program;
    private final Scans scans;
    private final ScanLimits limits;

    private ScanProgram(Program program, Scans scans, ScanLimits limits) {
        this.program = program;
        this.scans = scans;
        this.limits = limits;
    }

    /**
     * A program that gets all messages.
     *
     * @param option where the path comes from, for the message
     * @param path absolute
     * @param seconds that it may take for one message
     * @param words what it is given before the name of the file
     * @throws IllegalArgumentException for a path that is not absolute
     */
    public static ScanProgram of(
            String option, String path, int seconds, Scans scans, String... words) {
        Program program =
                Program.of(Duration.ofSeconds(seconds), Program.path(option, path).toString());
        return new ScanProgram(program.with(words), scans, ScanLimits.NONE);
    }

    /** The same that does not get all messages. */
    public ScanProgram within(ScanLimits newLimits) {
        return new ScanProgram(program, scans, newLimits);
    }

    /**
     * Has it look at the message as it was received.
     *
     * @param judge makes the answer of how it ended, which was in time and not by a signal; throws
     *     what {@link #fault} makes when that says that it could not tell
     */
    public HookResult scan(Transaction transaction, Function<ProgramEnd, HookResult> judge) {
        return scan(transaction, () -> transaction.body().file(), judge);
    }

    /** Gives the file to be looked at. */
    @FunctionalInterface
    public interface Source {
        /** Makes the file when it is not there. */
        Path file() throws IOException;
    }

    /** The same with another file that has the message. */
    public HookResult scan(
            Transaction transaction, Source source, Function<ProgramEnd, HookResult> judge) {
        return limits.leavesOut(transaction, scans).orElseGet(() -> scan(source, judge));
    }

    private HookResult scan(Source source, Function<ProgramEnd, HookResult> judge) {
        try {
            ProgramEnd end = run(source.file().toAbsolutePath());
            return scans.answerNow(end, ended -> judge.apply(whole(ended)));
        } catch (IOException e) {
            String why = "the message is in no file: " + e.getMessage();
            return scans.failed(new PeerFailure(PeerFailure.Kind.FAULT, why));
        } catch (PeerFailure e) {
            return scans.failed(e);
        }
    }

    private ProgramEnd run(Path file) {
        try {
            return program.with(file.toString()).run();
        } catch (IOException e) {
            throw new PeerFailure(PeerFailure.Kind.AWAY, "" + e.getMessage());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new PeerFailure(
                    PeerFailure.Kind.LATE, program + " was killed, since the server gave up");
        }
    }

    private ProgramEnd whole(ProgramEnd end) {
        if (!end.inTime()) {
            throw new PeerFailure(
                    PeerFailure.Kind.LATE,
                    program + " did not end within " + program.limit() + " and was killed");
        }
        if (end.exitCode() >= FIRST_OF_SIGNALS && end.exitCode() <= LAST_OF_SIGNALS) {
            throw fault(end, "ended by a signal");
        }
        return end;
    }

    /**
     * It could not tell.
     *
     * @param meaning of its exit code; may be empty
     */
    public PeerFailure fault(ProgramEnd end, String meaning) {
        String said = (end.output().oneLine() + " " + end.errors().oneLine()).strip();
        return new PeerFailure(
                PeerFailure.Kind.FAULT,
                program
                        + ": exit code "
                        + end.exitCode()
                        + (meaning.isEmpty() ? "" : ", " + meaning)
                        + (said.isEmpty() ? "" : ": " + said));
    }
}
