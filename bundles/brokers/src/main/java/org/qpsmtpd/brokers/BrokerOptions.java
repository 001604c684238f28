package org.qpsmtpd.brokers;

/**
 * The settings shared by all plugins that hand messages to a broker. A plugin takes this type as a
 * further constructor parameter and hands it to {@link BrokerSettings#of}, which checks the values.
 */
public @interface BrokerOptions {
    /**
     * {@code message}: one message of the broker's for a mail; {@code recipient}: one for each of
     * its recipients.
     */
    String per() default "message";

    /** What a mail gets that is too large: {@code deny}, or {@code decline} for the next plugin. */
    String larger() default "deny";

    /** Seconds until the broker must have answered; 1 to 280. */
    String timeoutSeconds() default "30";

    /** Mails that wait for the broker at a time; 1 to 100000. */
    String most__messages() default "1000";

    /** Their octets, all together; 1 to 2000000000. */
    String most__octets() default "67108864";

    /** Who logs in; empty for nobody. */
    String user() default "";

    /** File with the password on its first line. */
    String password__file() default "";

    /** {@code none}, or {@code verify}: with a certificate for the host by a known authority. */
    String tls() default "none";

    /** File with the authorities that {@code verify} trusts; empty for those of the JDK. */
    String ca__file() default "";
}
