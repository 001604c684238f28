package org.qpsmtpd.core.server;

/** A mistake in the configuration of a server; the message is one line for the administrator. */
final class ConfigurationFault extends Exception {
    private static final long serialVersionUID = 1;

    ConfigurationFault(String line) {
        super(line);
    }
}
