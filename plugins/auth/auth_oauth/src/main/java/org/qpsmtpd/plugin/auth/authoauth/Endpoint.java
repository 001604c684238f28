package org.qpsmtpd.plugin.auth.authoauth;

import java.net.InetAddress;
import java.net.URI;
import java.net.URISyntaxException;
import org.jspecify.annotations.Nullable;
import org.qpsmtpd.api.net.Network;
import org.qpsmtpd.api.peer.PeerAddress;

/**
 * Where a service of the issuer is.
 *
 * @param address where it listens
 * @param isEncrypted whether by TLS
 * @param authority host and port as they are written
 * @param target path and query
 */
record Endpoint(PeerAddress address, boolean isEncrypted, String authority, String target) {
    private static final int HTTPS_PORT = 443;
    private static final int HTTP_PORT = 80;

    /**
     * Reads one.
     *
     * @param option that it is the value of, for the message
     * @throws IllegalArgumentException saying what is wrong
     */
    static Endpoint parse(String option, String text) {
        URI uri = uri(option, text);
        String authority = uri.getRawAuthority();
        boolean isEncrypted = "https".equalsIgnoreCase(uri.getScheme());
        boolean isKnown = isEncrypted || "http".equalsIgnoreCase(uri.getScheme());
        if (!isKnown || authority == null || uri.getRawFragment() != null) {
            throw wrong(option, text, "it is not of the form https://HOST/PATH", null);
        }
        if (authority.indexOf('@') >= 0) {
            throw wrong(
                    option,
                    text.replaceFirst("//.*@", "//...@"),
                    "give name and secret in client_file",
                    null);
        }
        PeerAddress address =
                PeerAddress.parse(option, authority, isEncrypted ? HTTPS_PORT : HTTP_PORT);
        if (!isEncrypted && !isHere(address.host())) {
            throw wrong(option, text, "without TLS only this machine is asked", null);
        }
        String path = uri.getRawPath().isEmpty() ? "/" : uri.getRawPath();
        String query = uri.getRawQuery() == null ? "" : "?" + uri.getRawQuery();
        return new Endpoint(address, isEncrypted, authority, path + query);
    }

    private static boolean isHere(String host) {
        return host.equals("localhost")
                || Network.address(host).filter(InetAddress::isLoopbackAddress).isPresent();
    }

    private static URI uri(String option, String text) {
        try {
            return new URI(new URI(text).toASCIIString());
        } catch (URISyntaxException e) {
            throw wrong(option, text, "it is no URL, " + e.getReason(), e);
        }
    }

    private static IllegalArgumentException wrong(
            String option, String text, String why, @Nullable Exception cause) {
        return new IllegalArgumentException(option + " '" + text + "': " + why, cause);
    }
}
