package org.qpsmtpd.plugin.ident.geoip;

import java.text.Normalizer;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What the files say of an address. Texts are empty when not known; they have no control characters
 * and 100 characters at most.
 *
 * @param asn number of the autonomous system; 0 when not known
 */
record Origin(
        String continent,
        String country,
        String countryName,
        String city,
        Optional<Position> position,
        long asn) {
    private static final int LONGEST = 100;
    private static final long HIGHEST_ASN = 0xFFFF_FFFFL;

    /**
     * Reads what was found.
     *
     * @param place entry of the file of cities or countries; empty without
     * @param network entry of the file of autonomous systems; empty without
     */
    static Origin of(Map<?, ?> place, Map<?, ?> network) {
        return new Origin(
                text(place, "continent", "code"),
                text(place, "country", "iso_code"),
                text(place, "country", "names", "en"),
                text(place, "city", "names", "en"),
                position(place),
                asn(network));
    }

    private static Optional<Position> position(Map<?, ?> place) {
        return at(place, "location", "latitude") instanceof Double latitude
                        && at(place, "location", "longitude") instanceof Double longitude
                ? Optional.of(new Position(latitude, longitude))
                : Optional.empty();
    }

    private static long asn(Map<?, ?> network) {
        long number =
                at(network, "autonomous_system_number") instanceof Number n ? n.longValue() : 0;
        return number < 0 || number > HIGHEST_ASN ? 0 : number;
    }

    private static String text(Map<?, ?> entry, String... path) {
        if (!(at(entry, path) instanceof String text)) {
            return "";
        }
        StringBuilder clean = new StringBuilder();
        text.codePoints()
                .filter(c -> !Character.isISOControl(c))
                .limit(LONGEST)
                .forEach(clean::appendCodePoint);
        return clean.toString();
    }

    private static @Nullable Object at(Map<?, ?> entry, String... path) {
        Object found = entry;
        for (String step : path) {
            found = found instanceof Map<?, ?> map ? map.get(step) : null;
        }
        return found;
    }

    /** A text as a header field can hold it: {@code Sao Paulo}. */
    static String ascii(String text) {
        return Normalizer.normalize(text, Normalizer.Form.NFD)
                .replaceAll("\\p{M}", "")
                .replaceAll("[^ -~]", "?");
    }
}
