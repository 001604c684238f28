package org.qpsmtpd.plugin.dspam;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.regex.Pattern;
import org.qpsmtpd.api.peer.PeerFailure;
import org.qpsmtpd.api.peer.PeerFailure.Kind;
import org.qpsmtpd.api.program.Program;
import org.qpsmtpd.api.program.ProgramEnd;
import org.qpsmtpd.api.program.ProgramEnd.Handed;
import org.qpsmtpd.api.program.UnixLines;
import org.qpsmtpd.api.session.Recipient;
import org.qpsmtpd.api.session.Transaction;

/** Runs the program with messages. */
final class Dspam {
    /** What the program can take neither for an option nor for a place in the file system. */
    private static final Pattern USER =
            Pattern.compile("[a-z0-9_][a-z0-9._+=-]{0,63}@[a-z0-9][a-z0-9.-]{0,254}");

    private final Program program;
    private final String ownUser;

    /**
     * @param program without words
     * @param ownUser whose messages those are that have several recipients
     */
    Dspam(Program program, String ownUser) {
        this.program = program;
        this.ownUser = ownUser;
    }

    /** Whose message it is. */
    String user(Transaction transaction) {
        List<Recipient> recipients = transaction.recipients();
        if (recipients.size() != 1) {
            return ownUser;
        }
        String user = recipients.get(0).address().comparable();
        return USER.matcher(user).matches() ? user : ownUser;
    }

    /**
     * Has a message judged.
     *
     * @throws PeerFailure when it cannot be
     */
    DspamAnswer judge(Transaction transaction) throws InterruptedException {
        return DspamAnswer.parse(run(transaction, "--mode=tum", "--process"));
    }

    /**
     * Teaches that a message was judged wrongly.
     *
     * @throws PeerFailure when it does not learn
     */
    void teach(Transaction transaction, boolean isSpam) throws InterruptedException {
        String isWhat = "--class=" + (isSpam ? "spam" : "innocent");
        var unused = run(transaction, "--mode=toe", "--source=error", isWhat);
    }

    private String run(Transaction transaction, String... words) throws InterruptedException {
        Program call =
                program.with("--user", user(transaction))
                        .with(words)
                        .with("--deliver=summary", "--stdout");
        ProgramEnd end;
        try {
            end = call.start(() -> {}).endWithOutput(pipe -> write(transaction, pipe));
        } catch (IOException e) {
            throw new PeerFailure(Kind.AWAY, "dspam cannot be started: " + e.getMessage());
        }
        if (!end.inTime()) {
            throw new PeerFailure(
                    Kind.LATE,
                    program
                            + ": no end within "
                            + program.limit().toSeconds()
                            + " s; see what keeps it, or raise timeoutSeconds");
        }
        if (end.handed() == Handed.UNREADABLE) {
            throw new PeerFailure(Kind.FAULT, "the message cannot be read");
        }
        if (end.exitCode() != 0) {
            throw new PeerFailure(
                    Kind.FAULT,
                    program + " ended with " + end.exitCode() + ": " + end.errors().oneLine());
        }
        return end.output().text();
    }

    private static void write(Transaction transaction, OutputStream pipe) throws IOException {
        UnixLines lines = new UnixLines(pipe);
        String sender = "X-Envelope-From: " + transaction.sender().format() + "\n";
        lines.write(sender.getBytes(StandardCharsets.UTF_8));
        transaction.writeMessageTo(lines);
        lines.finish();
    }
}
