package org.qpsmtpd.plugin.virus.clamdscan;

import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What clamd says of itself and of its signatures, asked for once a minute at most. */
final class Signatures {
    private static final Logger LOG = LoggerFactory.getLogger(Signatures.class);
    private static final Duration LIFE = Duration.ofMinutes(1);
    private static final String UNKNOWN = "ClamAV";
    private static final Pattern FORM =
            Pattern.compile("(ClamAV [A-Za-z0-9.+~_-]{1,40})(?:/([0-9]{1,9})(?:/.*)?)?");

    private final Clamd clamd;
    private volatile Said said = new Said(UNKNOWN, 0, Instant.MIN);

    /** What it said last. */
    private record Said(String program, long number, Instant until) {}

    Signatures(Clamd clamd) {
        this.clamd = clamd;
    }

    /** The name of the program with its version; never fails. */
    CompletionStage<String> program(Instant now) {
        Said known = said;
        if (now.isBefore(known.until)) {
            return CompletableFuture.completedFuture(known.program);
        }
        said = new Said(known.program, known.number, now.plus(LIFE)); // others do not ask as well
        return clamd.version().handle((text, failure) -> take(text == null ? "" : text, now));
    }

    private String take(String text, Instant now) {
        Matcher form = FORM.matcher(text.strip());
        if (!form.matches()) {
            return said.program;
        }
        long number = form.group(2) == null ? 0 : Long.parseLong(form.group(2));
        Said before = said;
        said = new Said(form.group(1), number, now.plus(LIFE));
        if (before.number != 0 && before.number != number) {
            LOG.info("clamd has signatures {} now, {} before", number, before.number);
        }
        return form.group(1);
    }

    /** The number of its signatures; 0 while it is not known. */
    long number() {
        return said.number;
    }
}
