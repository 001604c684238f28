package org.qpsmtpd.plugin.auth.authoauth;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.qpsmtpd.api.auth.BearerToken;
import org.qpsmtpd.api.auth.TokenVerdict;
import org.qpsmtpd.api.plugin.PluginFigures.Figure;

/** By the first of two, and by the second when that does not know the token. */
record InTurn(Judge first, Judge second) implements Judge {
    @Override
    public CompletionStage<TokenVerdict> judge(BearerToken token) {
        return first.judge(token)
                .thenCompose(
                        verdict ->
                                verdict.kind() == TokenVerdict.Kind.UNKNOWN
                                        ? second.judge(token)
                                        : CompletableFuture.completedStage(verdict));
    }

    /** Those of both, added up. */
    @Override
    public List<Figure> figures() {
        Map<String, Figure> all = new LinkedHashMap<>();
        for (Judge judge : List.of(first, second)) {
            judge.figures().forEach(figure -> all.merge(figure.name(), figure, InTurn::sum));
        }
        return List.copyOf(all.values());
    }

    private static Figure sum(Figure one, Figure other) {
        return new Figure(one.name(), one.isCounter(), one.value() + other.value());
    }

    @Override
    public void close() {
        first.close();
        second.close();
    }
}
