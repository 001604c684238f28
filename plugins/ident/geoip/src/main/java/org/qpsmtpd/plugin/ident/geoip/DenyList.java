package org.qpsmtpd.plugin.ident.geoip;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The countries and networks whose clients are refused.
 *
 * @param countries of two capital letters each
 * @param systems numbers of autonomous systems
 */
record DenyList(Set<String> countries, Set<Long> systems) {
    /**
     * Reads the options.
     *
     * @throws IllegalArgumentException naming the option, the entry and what may stand there
     */
    static DenyList of(GeoipConfig config) {
        return new DenyList(
                Arrays.stream(config.deny__country())
                        .map(DenyList::country)
                        .collect(Collectors.toUnmodifiableSet()),
                Arrays.stream(config.deny__asn())
                        .map(DenyList::system)
                        .collect(Collectors.toUnmodifiableSet()));
    }

    private static String country(String text) {
        if (!text.matches("[A-Za-z]{2}")) {
            throw new IllegalArgumentException(
                    "deny_country '" + text + "' is not a country's two letters, such as US");
        }
        return text.toUpperCase(Locale.ROOT);
    }

    private static Long system(String text) {
        if (!text.matches("(?i)(AS)?[0-9]{1,10}")) {
            throw new IllegalArgumentException(
                    "deny_asn '" + text + "' is not a number of a network, such as AS64500");
        }
        return Long.valueOf(text.replaceAll("[^0-9]", ""));
    }

    /** What of a client is listed, as the client reads it; absent when nothing. */
    Optional<String> match(Origin origin) {
        if (countries.contains(origin.country())) {
            return Optional.of("country " + origin.country());
        }
        return systems.contains(origin.asn())
                ? Optional.of("network AS" + origin.asn())
                : Optional.empty();
    }

    /** The option whose file is not there, as an administrator reads it; absent when none is. */
    Optional<String> missing(Databases databases) {
        if (!countries.isEmpty() && !databases.hasCountries()) {
            return Optional.of("deny_country needs GeoLite2-City.mmdb or GeoLite2-Country.mmdb");
        }
        return !systems.isEmpty() && !databases.hasSystems()
                ? Optional.of("deny_asn needs GeoLite2-ASN.mmdb")
                : Optional.empty();
    }
}
