package org.qpsmtpd.plugin.ident.geoip;

/**
 * A place on the Earth, in degrees.
 *
 * @param latitude -90 to 90, north is positive
 * @param longitude -180 to 180, east is positive
 */
record Position(double latitude, double longitude) {
    private static final double RADIUS_KM = 6378;

    /** The way along a great circle in whole kilometres. */
    int kilometresTo(Position other) {
        double north = Math.toRadians(other.latitude - latitude);
        double east = Math.toRadians(other.longitude - longitude);
        double half =
                square(Math.sin(north / 2))
                        + Math.cos(Math.toRadians(latitude))
                                * Math.cos(Math.toRadians(other.latitude))
                                * square(Math.sin(east / 2));
        return (int) Math.round(2 * RADIUS_KM * Math.asin(Math.min(1, Math.sqrt(half))));
    }

    private static double square(double x) {
        return x * x;
    }
}
