package org.qpsmtpd.api.hook;

/**
 * An extension of SMTP whose promise only the one who takes a message over can keep. The server
 * offers it as long as all queue plugins honour it ({@link QueueHook#honours}), and then takes its
 * parameters of MAIL and RCPT, whose form it has checked.
 */
public enum QueueExtension {
    /**
     * RFC 3461: RET and ENVID of MAIL, NOTIFY and ORCPT of RCPT are kept and acted upon, also by
     * the servers that come after.
     */
    DSN("DSN"),

    /**
     * RFC 8689: a message with REQUIRETLS leaves by verified TLS, to servers that offer it, only.
     */
    REQUIRETLS("REQUIRETLS"),

    /** RFC 2852: what BY of MAIL says happens when the message is not delivered in time. */
    DELIVERBY("DELIVERBY"),

    /** RFC 6710: MT-PRIORITY of MAIL, from -9 to 9, decides which message goes first. */
    MT_PRIORITY("MT-PRIORITY");

    private final String keyword;

    QueueExtension(String keyword) {
        this.keyword = keyword;
    }

    /** As it stands in the reply to EHLO. */
    public String keyword() {
        return keyword;
    }
}
