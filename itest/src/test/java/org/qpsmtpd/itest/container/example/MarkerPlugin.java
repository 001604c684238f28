package org.qpsmtpd.itest.container.example;

import java.util.Map;
import org.qpsmtpd.api.answer.HookResult;
import org.qpsmtpd.api.hook.DataPostHook;
import org.qpsmtpd.api.session.Transaction;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Adds the field {@code X-Marker} with the text of its setting {@code text}, says so through slf4j,
 * and keeps a journal of its life in the file of its setting {@code journal}.
 *
 * <p>{@code data_post}: DECLINED.
 */
public final class MarkerPlugin implements DataPostHook {
    private static final Logger LOG = LoggerFactory.getLogger(MarkerPlugin.class);

    private final String text;
    private final Journal journal;

    /** Reads the settings. */
    public MarkerPlugin(Map<String, Object> properties) {
        text = String.valueOf(properties.get("text"));
        journal = new Journal(String.valueOf(properties.get("journal")));
        journal.write("made " + text);
    }

    @Override
    public HookResult onDataPost(Transaction transaction) {
        transaction.headers().append("X-Marker", text);
        LOG.warn("marker {} met a message", text);
        journal.write("asked " + text);
        return HookResult.DECLINED;
    }

    /** Writes the last line of the journal; Declarative Services calls it. */
    void deactivate() {
        journal.write("released " + text);
    }
}
