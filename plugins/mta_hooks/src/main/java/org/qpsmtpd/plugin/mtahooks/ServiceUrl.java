package org.qpsmtpd.plugin.mtahooks;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.qpsmtpd.api.peer.PeerAddress;

/**
 * Where a service is.
 *
 * @param address where it listens
 * @param authority host and port as they are written
 * @param target path and query
 */
record ServiceUrl(PeerAddress address, String authority, String target) {
    private static final int HTTP_PORT = 80;
    private static final String FORM = "http://HOST:PORT/PATH";

    /**
     * Reads one.
     *
     * @throws IllegalArgumentException saying what is wrong and what may stand there
     */
    static ServiceUrl parse(String text) {
        if (text.isEmpty()) {
            throw new IllegalArgumentException(
                    "a line of mta_hooks needs the place of the service: mta_hooks " + FORM);
        }
        if (text.toLowerCase(Locale.ROOT).startsWith("https:")) {
            throw new IllegalArgumentException(
                    "url '"
                            + text
                            + "': this plugin speaks no TLS; have a TLS proxy on this machine, such"
                            + " as stunnel, hand the connection on, and give http:// with the"
                            + " proxy's port here");
        }
        URI uri = uri(text);
        String authority = uri.getRawAuthority();
        if (!"http".equalsIgnoreCase(uri.getScheme()) || authority == null) {
            throw wrong(text, "it is not of the form " + FORM, null);
        }
        if (authority.indexOf('@') >= 0) {
            throw wrong(
                    text.replaceFirst("//.*@", "//...@"),
                    "give the user by user and token_file",
                    null);
        }
        if (uri.getRawFragment() != null) {
            throw wrong(
                    text,
                    "a service is asked without a fragment, leave out what begins with #",
                    null);
        }
        String path = uri.getRawPath().isEmpty() ? "/" : uri.getRawPath();
        String query = uri.getRawQuery() == null ? "" : "?" + uri.getRawQuery();
        return new ServiceUrl(
                PeerAddress.parse("url", authority, HTTP_PORT), authority, path + query);
    }

    private static URI uri(String text) {
        try {
            return new URI(new URI(text).toASCIIString());
        } catch (URISyntaxException e) {
            throw wrong(text, "it is not of the form " + FORM + ", " + e.getReason(), e);
        }
    }

    private static IllegalArgumentException wrong(
            String text, String why, @Nullable Exception cause) {
        return new IllegalArgumentException("url '" + text + "': " + why, cause);
    }
}
