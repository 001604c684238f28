package org.qpsmtpd.mailauth.report;

import java.util.List;
import java.util.stream.Stream;

/**
 * Where reports about a domain may go.
 *
 * @param uris those that are confirmed
 * @param refused addresses of those that are not
 * @param isUnknown whether the DNS did not answer for one, which may be asked again
 */
public record Destinations(List<ReportUri> uris, List<String> refused, boolean isUnknown) {
    static final Destinations NONE = new Destinations(List.of(), List.of(), false);

    /** Copies the lists. */
    public Destinations {
        uris = List.copyOf(uris);
        refused = List.copyOf(refused);
    }

    static Destinations confirmed(List<ReportUri> uris) {
        return new Destinations(uris, List.of(), false);
    }

    static Destinations refused(ReportUri uri) {
        return new Destinations(List.of(), List.of(uri.address()), false);
    }

    static Destinations unknown() {
        return new Destinations(List.of(), List.of(), true);
    }

    Destinations and(Destinations more) {
        return new Destinations(
                joined(uris, more.uris),
                joined(refused, more.refused),
                isUnknown || more.isUnknown);
    }

    private static <T> List<T> joined(List<T> some, List<T> more) {
        return Stream.concat(some.stream(), more.stream()).distinct().toList();
    }
}
