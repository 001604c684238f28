package org.qpsmtpd.store.form;

import java.util.List;
import java.util.concurrent.CompletionStage;
import org.osgi.annotation.versioning.ConsumerType;
import org.qpsmtpd.api.plugin.PluginFigures;
import org.qpsmtpd.api.service.Stores;

/** The stores of one server in one form, until closed. */
@ConsumerType
public interface OpenStores extends Stores, PluginFigures, AutoCloseable {
    /** Names of the stores that have been opened or hold entries, in order. */
    CompletionStage<List<String>> names();

    /** Where the entries are, for an administrator; no password is in it. */
    String place();

    /**
     * Keeps what is not kept yet, a few seconds at most, and gives back file, threads and
     * connections. Calls fail afterwards.
     */
    @Override
    void close();
}
