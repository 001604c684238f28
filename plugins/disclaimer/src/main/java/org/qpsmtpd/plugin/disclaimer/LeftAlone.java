package org.qpsmtpd.plugin.disclaimer;

import java.io.IOException;

/** Says why a message gets no text. */
final class LeftAlone extends IOException {
    private static final long serialVersionUID = 1;

    LeftAlone(String why) {
        super(why);
    }
}
