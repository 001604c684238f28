package org.qpsmtpd.plugin.limit;

import java.util.Locale;

/** For whom it is counted. */
enum Whose {
    /** The client's address. */
    ADDRESS,
    /** The network of the client's address. */
    NETWORK,
    /** The sender; the null sender is not counted. */
    SENDER,
    /** The name in HELO or EHLO. */
    HELO,
    /** The user of AUTH. */
    USER;

    /** The word of a line. */
    String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    boolean isOfTheConnection() {
        return this == ADDRESS || this == NETWORK;
    }
}
