package org.qpsmtpd.api.session;

/**
 * The typed name of a note. Two keys of the same name and type are equal, so bundles that agree on
 * a name share the note.
 *
 * @param name qpsmtpd's name of the note, such as {@code karma}
 * @param type type of the value; a type of the JDK or of this API, so that a replaced plugin never
 *     meets values of its predecessor's classes
 * @param <T> type of the value
 */
public record NoteKey<T>(String name, Class<T> type) {
    /** Reputation gathered so far, from 0. */
    public static final NoteKey<Integer> KARMA = new NoteKey<>("karma", Integer.class);

    /** Reputation from earlier connections; absent without the plugin karma. */
    public static final NoteKey<Integer> KARMA_HISTORY =
            new NoteKey<>("karma_history", Integer.class);

    /** The client's host is whitelisted; the value says why. */
    public static final NoteKey<String> WHITELIST_HOST =
            new NoteKey<>("whitelisthost", String.class);

    /**
     * A super-server that handed the connection over has the variable {@code RELAYCLIENT} for this
     * client: it may relay. The value is the variable's, often empty.
     */
    public static final NoteKey<String> RELAY_BY_SUPER_SERVER =
            new NoteKey<>("relayclient", String.class);

    /**
     * A super-server that handed the connection over has the variable {@code RBLSMTPD} for this
     * client: empty for no look-up in lists, else why the client is to be refused.
     */
    public static final NoteKey<String> RBLSMTPD = new NoteKey<>("rblsmtpd", String.class);

    /**
     * A super-server that handed the connection over has the variable {@code WHITELISTCLIENT} for
     * this client: it is whitelisted. The value is the variable's, often empty.
     */
    public static final NoteKey<String> WHITELIST_BY_SUPER_SERVER =
            new NoteKey<>("whitelistclient", String.class);

    /**
     * The recipient is spared a refusal that was left for later (a note of the recipient). The
     * value is the {@link Naughty#text} it is spared; when more has come to it, that counts.
     */
    public static final NoteKey<String> NAUGHTY_SPARED =
            new NoteKey<>("naughty_spared", String.class);

    /** The sender is whitelisted (a note of the transaction); the value says why. */
    public static final NoteKey<String> WHITELIST_SENDER =
            new NoteKey<>("whitelistsender", String.class);

    /** Where the client's address is by the plugin ident/geoip: the country, as {@code US}. */
    public static final NoteKey<String> GEOIP_COUNTRY =
            new NoteKey<>("geoip_country", String.class);

    /** The English name of the country, as {@code United States}. */
    public static final NoteKey<String> GEOIP_COUNTRY_NAME =
            new NoteKey<>("geoip_country_name", String.class);

    /** The continent: AF, AN, AS, EU, NA, OC or SA. */
    public static final NoteKey<String> GEOIP_CONTINENT =
            new NoteKey<>("geoip_continent", String.class);

    /** The English name of the city. */
    public static final NoteKey<String> GEOIP_CITY = new NoteKey<>("geoip_city", String.class);

    /** Number of the autonomous system that the address belongs to, 1 to 4294967295. */
    public static final NoteKey<Long> GEOIP_ASN = new NoteKey<>("geoip_asn", Long.class);

    /** How far the client is from the server, in kilometres. */
    public static final NoteKey<Integer> GEOIP_DISTANCE =
            new NoteKey<>("geoip_distance", Integer.class);

    /** What the plugin ident/p0f learned of the client's machine; absent when nothing. */
    public static final NoteKey<Fingerprint> P0F = new NoteKey<>("p0f", Fingerprint.class);

    /** What SpamAssassin says of the message (a note of the transaction); absent when not asked. */
    public static final NoteKey<SpamStatus> SPAMASSASSIN =
            new NoteKey<>("spamassassin", SpamStatus.class);

    /** How many of the transaction's recipients are whitelisted (a note of the transaction). */
    public static final NoteKey<Integer> WHITELIST_RCPT =
            new NoteKey<>("whitelistrcpt", Integer.class);

    /** The argument of the last MAIL command, as the client wrote it behind the verb. */
    public static final NoteKey<String> ENVELOPE_FROM =
            new NoteKey<>("envelope_from", String.class);

    /** The argument of the last RCPT command, as the client wrote it behind the verb. */
    public static final NoteKey<String> ENVELOPE_RCPT =
            new NoteKey<>("envelope_rcpt", String.class);

    /**
     * The domain that SPF says the client may send for (a note of the transaction), in lower case
     * and A-labels; absent unless the result was pass.
     */
    public static final NoteKey<String> SPF_PASS_HOST =
            new NoteKey<>("spf_pass_host", String.class);

    /**
     * The domains with a valid DKIM signature (a note of the transaction), in lower case and
     * A-labels, separated by blanks; absent without any.
     */
    public static final NoteKey<String> DKIM_PASS_DOMAINS =
            new NoteKey<>("dkim_pass_domains", String.class);

    /**
     * A forwarder whose word is trusted says that the message passed DMARC when it came to him (a
     * note of the transaction); the value is his domain, as in the seal of ARC.
     */
    public static final NoteKey<String> ARC_DMARC_PASS =
            new NoteKey<>("arc_dmarc_pass", String.class);

    /**
     * The recipient stands for others (a note of the recipient); the value says for whom. Who asks
     * whether there is such a mailbox leaves it alone.
     */
    public static final NoteKey<String> ALIAS = new NoteKey<>("alias", String.class);

    /**
     * The recipient was put in the place of an alias (a note of the recipient); the value is the
     * address that the client gave.
     */
    public static final NoteKey<String> INSTEAD_OF = new NoteKey<>("instead_of", String.class);

    /** Checks that the value type does not come from a plugin. */
    public NoteKey {
        ClassLoader loader = type.getClassLoader();
        boolean shared =
                loader == null
                        || loader == ClassLoader.getPlatformClassLoader()
                        || loader == NoteKey.class.getClassLoader();
        if (!shared) {
            throw new IllegalArgumentException(
                    "note " + name + ": " + type.getName() + " is neither a JDK nor an API type");
        }
    }
}
