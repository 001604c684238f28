package org.qpsmtpd.plugin.queue.qmailqueue;

import org.qpsmtpd.api.answer.HookResult;
import org.qpsmtpd.api.program.ProgramEnd;

/** Makes the plugin's answers. */
final class Answers {
    private Answers() {}

    /**
     * The answer when the program ran.
     *
     * @param program its path, for the log
     * @param queued text for the client when the message is in the queue
     */
    static HookResult to(ProgramEnd end, String program, String queued) {
        if (!end.inTime()) {
            return deferred(
                    "the queue program did not end in time",
                    program + " did not end in time and was killed");
        }
        if (end.handed() == ProgramEnd.Handed.UNREADABLE) {
            return deferred(
                    "the message cannot be read",
                    "the message cannot be read; " + program + " was killed");
        }
        if (end.exitCode() != 0) {
            return refused(end, program);
        }
        if (end.handed() == ProgramEnd.Handed.BROKEN_OFF) {
            return deferred(
                    "the queue program did not read the whole message",
                    program + " ended with 0 before it had read the whole message");
        }
        return HookResult.ok(queued).because("pass: " + program + ": " + queued);
    }

    /**
     * The program cannot be used.
     *
     * @param reason for the client
     * @param detail for the log
     */
    static HookResult deferred(String reason, String detail) {
        return HookResult.denySoft("Unable to queue message (" + reason + ") (#4.3.0)")
                .withCode(451)
                .because("error: " + detail);
    }

    private static HookResult refused(ProgramEnd end, String program) {
        String said = end.output().oneLine();
        if (end.exitCode() == ExitCode.CUSTOM && said.length() > 1) {
            String text = said.substring(1).strip();
            String detail = detail(end, program, text);
            if (said.charAt(0) == 'D') {
                return HookResult.deny(text, detail);
            }
            if (said.charAt(0) == 'Z') {
                return HookResult.denySoft(text, detail);
            }
        }
        ExitCode code = ExitCode.of(end.exitCode());
        String text =
                "Unable to queue message ("
                        + (end.exitCode() + ", " + code.meaning())
                        + (") (#" + code.status() + ")");
        String detail = detail(end, program, code.meaning());
        return code.isPermanent()
                ? HookResult.deny(text, detail)
                : HookResult.denySoft(text, detail);
    }

    private static String detail(ProgramEnd end, String program, String meaning) {
        String said = end.errors().oneLine();
        String errors = said.isEmpty() ? "" : "; stderr: " + said;
        return program + ": exit code " + end.exitCode() + ", " + meaning + errors;
    }
}
