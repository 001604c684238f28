package org.qpsmtpd.plugin.queue.eximbsmtp;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.qpsmtpd.api.answer.HookResult;
import org.qpsmtpd.api.program.ProgramEnd;

/** Makes the plugin's answers. */
final class Answers {
    /** How Exim begins its report of an error. */
    private static final Pattern REFUSAL =
            Pattern.compile(
                    "^([45][0-9]{2})[ -](?:([45]\\.[0-9]{1,3}\\.[0-9]{1,3})(?: |$))?(.*)$",
                    Pattern.MULTILINE);

    private Answers() {}

    /**
     * The answer when Exim ran.
     *
     * @param program its path, for the log
     */
    static HookResult to(ProgramEnd end, String program) {
        if (!end.inTime()) {
            return deferred(
                    "Exim did not end in time", program + " did not end in time and was killed");
        }
        Optional<HookResult> refusal = refusal(end, program);
        if (refusal.isPresent()) {
            return refusal.get();
        }
        String said = end.output().oneLine();
        if (end.exitCode() != 0 || !said.isEmpty() || !end.output().isWhole()) {
            String errors = end.errors().oneLine();
            return HookResult.denySoft("Internal error enqueuing mail (#4.3.0)")
                    .withCode(451)
                    .because(
                            "error: "
                                    + (program + ": exit code " + end.exitCode())
                                    + (said.isEmpty() ? "" : ", " + said)
                                    + (errors.isEmpty() ? "" : "; stderr: " + errors));
        }
        return HookResult.ok("Queued!").because("pass: " + program);
    }

    /**
     * Exim cannot be used.
     *
     * @param reason for the client
     * @param detail for the log
     */
    static HookResult deferred(String reason, String detail) {
        return HookResult.denySoft("Unable to queue message (" + reason + ") (#4.3.0)")
                .withCode(451)
                .because("error: " + detail);
    }

    private static Optional<HookResult> refusal(ProgramEnd end, String program) {
        Matcher said = REFUSAL.matcher(end.output().text());
        if (!said.find()) {
            return Optional.empty();
        }
        boolean forGood = said.group(1).startsWith("5");
        boolean fits = said.group(2) != null && said.group(2).charAt(0) == said.group(1).charAt(0);
        String code = fits ? said.group(2) : forGood ? "5.3.0" : "4.3.0";
        String words = ProgramEnd.oneLine(said.group(3));
        String text = words.isEmpty() ? "message refused by Exim" : words;
        String detail = program + ": " + said.group(1) + " " + text;
        String coded = text + " (#" + code + ")";
        return Optional.of(
                forGood ? HookResult.deny(coded, detail) : HookResult.denySoft(coded, detail));
    }
}
