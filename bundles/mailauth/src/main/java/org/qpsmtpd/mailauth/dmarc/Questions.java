package org.qpsmtpd.mailauth.dmarc;

import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.qpsmtpd.mailauth.Dns;
import org.qpsmtpd.mailauth.DnsResult;

/** What is asked about a message: nothing twice, and nothing when it takes too long. */
final class Questions {
    private static final String LABEL = "_dmarc.";

    private final Dns dns;
    private final Clock clock;
    private final long deadline;
    private final Map<String, CompletionStage<Answer>> answers = new HashMap<>();
    private final List<String> names = new ArrayList<>();

    Questions(Dns dns, Duration limit, Clock clock) {
        this.dns = dns;
        this.clock = clock;
        deadline = clock.millis() + limit.toMillis();
    }

    /** The names that were asked for, in order. */
    List<String> names() {
        return names;
    }

    /** What a domain publishes. */
    CompletionStage<Answer> record(String domain) {
        CompletionStage<Answer> known = answers.get(domain);
        if (known != null) {
            return known;
        }
        if (isLate()) {
            return CompletableFuture.completedFuture(Answer.FAILED);
        }
        String name = LABEL + domain;
        names.add(name);
        CompletionStage<Answer> answer = dns.texts(name).thenApply(Answer::of);
        answers.put(domain, answer);
        return answer;
    }

    /** How the DNS answers for the domain itself. */
    CompletionStage<DnsResult.Status> existence(String domain) {
        return isLate()
                ? CompletableFuture.completedFuture(DnsResult.Status.FAILED)
                : dns.ipv4(domain).thenApply(DnsResult::status);
    }

    private boolean isLate() {
        return clock.millis() > deadline;
    }
}
