package org.qpsmtpd.core.chain;

/** A plugin cannot be used; the message is one sentence for the administrator. */
final class PluginFault extends Exception {
    private static final long serialVersionUID = 1;

    PluginFault(String message) {
        super(message);
    }
}
