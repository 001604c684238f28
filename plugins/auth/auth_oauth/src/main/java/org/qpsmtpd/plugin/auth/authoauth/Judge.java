package org.qpsmtpd.plugin.auth.authoauth;

import java.util.List;
import java.util.concurrent.CompletionStage;
import org.qpsmtpd.api.auth.BearerToken;
import org.qpsmtpd.api.auth.TokenVerdict;
import org.qpsmtpd.api.plugin.PluginFigures.Figure;

/** Finds out whether a token is good. */
interface Judge extends AutoCloseable {
    /**
     * Finds out, without waiting.
     *
     * @return fails with a {@link org.qpsmtpd.api.peer.PeerFailure} when it cannot be told now
     */
    CompletionStage<TokenVerdict> judge(BearerToken token);

    /** What it has counted. */
    List<Figure> figures();

    @Override
    void close();
}
