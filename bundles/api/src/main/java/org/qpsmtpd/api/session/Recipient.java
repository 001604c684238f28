package org.qpsmtpd.api.session;

import org.osgi.annotation.versioning.ProviderType;
import org.qpsmtpd.api.config.Config;
import org.qpsmtpd.api.mail.Address;
import org.qpsmtpd.api.mail.Parameters;

/** A recipient of the transaction; while the {@code rcpt} hook runs, one that may become it. */
@ProviderType
public interface Recipient {
    /** Its address; never the null sender. */
    Address address();

    /** The parameters of its RCPT command. */
    Parameters parameters();

    /** Its notes. */
    Notes notes();

    /** The configuration with this recipient's own values first (hook {@code user_config}). */
    Config config();
}
