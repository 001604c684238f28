package org.qpsmtpd.api.peer;

/**
 * The settings shared by all plugins that ask a service beside the server. A plugin takes this type
 * as a further constructor parameter and hands it to {@link PeerSettings#of}, which checks the
 * values.
 */
public @interface PeerOptions {
    /** Seconds that an exchange may take in all, waiting for a connection included; 1 to 280. */
    String timeoutSeconds() default "30";

    /** Exchanges with one backend at a time; further ones wait. 1 to 10000. */
    String connections() default "100";

    /** After how many failures in a row a backend is left out for a while; 1 to 1000. */
    String failures() default "5";

    /** Seconds that it is left out; then one exchange tries it. 1 to 3600. */
    String pauseSeconds() default "10";
}
