package org.qpsmtpd.core.chain;

/** A plugin cannot be used; the message is one sentence for the administrator. */
public final class PluginFault extends Exception {
    private static final long serialVersionUID = 1;

    private final boolean passing;

    public PluginFault(String message) {
        this(message, false);
    }

    private PluginFault(String message, boolean passing) {
        super(message);
        this.passing = passing;
    }

    /** The machine is at fault and not the plugin: it is worth another attempt soon. */
    static PluginFault passing(String message) {
        return new PluginFault(message, true);
    }

    public boolean isPassing() {
        return passing;
    }
}
