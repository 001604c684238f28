package org.qpsmtpd.mailauth.spf;

import java.util.Locale;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;
import org.qpsmtpd.mailauth.DomainName;

/**
 * {@code ptr}: clients that have a name at or below a domain (RFC 7208, 5.5).
 *
 * @param target the domain; absent for that of the record
 */
record PointerMechanism(@Nullable MacroText target) implements Mechanism {
    @Override
    public CompletionStage<Match> match(Questions questions, String domain) {
        return questions.askTarget(
                target,
                domain,
                name ->
                        Stages.then(
                                questions.pointers().names(),
                                names -> {
                                    if (questions.pointers().isVoidOnce() && questions.isVoid()) {
                                        return questions.tooVoid();
                                    }
                                    String wanted = name.toLowerCase(Locale.ROOT);
                                    return Stages.now(
                                            Match.of(
                                                    names.stream()
                                                            .anyMatch(n -> isBelow(n, wanted))));
                                }));
    }

    private static boolean isBelow(String name, String wanted) {
        return DomainName.isAtOrBelow(name, wanted);
    }
}
