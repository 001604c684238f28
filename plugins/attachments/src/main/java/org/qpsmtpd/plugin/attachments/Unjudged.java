package org.qpsmtpd.plugin.attachments;

import java.io.IOException;

/** Says why something cannot be judged. */
final class Unjudged extends IOException {
    private static final long serialVersionUID = 1;

    Unjudged(String why) {
        super(why);
    }
}
