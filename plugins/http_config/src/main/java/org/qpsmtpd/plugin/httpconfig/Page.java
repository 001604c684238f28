package org.qpsmtpd.plugin.httpconfig;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;

/**
 * What a server said of a file.
 *
 * @param values its values; none when the server does not have it
 * @param etag names this state of it, for {@code If-None-Match}
 * @param modified its date as the server wrote it, for {@code If-Modified-Since}
 */
record Page(List<String> values, Optional<String> etag, Optional<String> modified) {
    static final Page NONE = new Page(List.of(), Optional.empty(), Optional.empty());

    private static final String BYTE_ORDER_MARK = "\uFEFF";

    /** The values of a file: its lines, without comments and empty ones. */
    static List<String> values(byte[] octets) {
        String text = new String(octets, StandardCharsets.UTF_8);
        String plain = text.startsWith(BYTE_ORDER_MARK) ? text.substring(1) : text;
        return plain.lines()
                .map(String::strip)
                .filter(line -> !line.isEmpty() && !line.startsWith("#"))
                .toList();
    }
}
