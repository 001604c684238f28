package org.qpsmtpd.http;

/**
 * A good answer of HTTP 1.
 *
 * @param status 200, or 204 where there is no content
 * @param text the content, read as UTF-8
 */
public record HttpAnswer(int status, String text) {
    /** Good. */
    public static final int OK = 200;

    /** Good, and nothing to say. */
    public static final int NO_CONTENT = 204;

    /** Octets, header included, that are enough for most answers. */
    public static final int USUAL_MOST = 1024 * 1024;
}
