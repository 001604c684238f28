package org.qpsmtpd.plugin.attachments;

import java.io.IOException;
import java.io.InputStream;

/** Whom readers of archives tell what they find. */
interface Inspector {
    /** Who is told names. */
    Judge judge();

    /** What may be spent. */
    Bounds bounds();

    /** Something could not be judged. */
    void note(String why);

    /**
     * Looks at a content.
     *
     * @param name the name it has, maybe empty
     * @param depth how many archives it is in
     */
    void look(InputStream content, String name, int depth) throws IOException;
}
