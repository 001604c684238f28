package org.qpsmtpd.plugin.senderlogin;

import java.util.Set;
import org.qpsmtpd.api.config.Config;
import org.qpsmtpd.api.mail.Address;

/** A place where it is said whose an address is. */
interface Owners extends AutoCloseable {
    /**
     * The names of an address' owners, in lower case; none when nobody owns it. May wait, for a
     * bounded time.
     *
     * @throws NoAnswer when it cannot be looked up
     */
    Set<String> of(Config config, Address address) throws NoAnswer;

    @Override
    void close();
}
