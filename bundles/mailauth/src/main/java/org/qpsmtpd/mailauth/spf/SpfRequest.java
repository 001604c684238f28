package org.qpsmtpd.mailauth.spf;

import java.net.InetAddress;

/**
 * What is to be checked.
 *
 * @param identity where the domain came from
 * @param client address of the client
 * @param helo what the client said in HELO or EHLO, as it said it
 * @param local local part of the sender without quotes; {@code postmaster} where there is none
 * @param domain domain that is asked, as the client gave it
 */
public record SpfRequest(
        SpfIdentity identity, InetAddress client, String helo, String local, String domain) {
    private static final String POSTMASTER = "postmaster";

    /** RFC 7208, 4.3: an empty local part stands for the postmaster. */
    public SpfRequest {
        local = local.isEmpty() ? POSTMASTER : local;
    }

    /** Whether the client may use the name in HELO or EHLO (RFC 7208, 2.3). */
    public static SpfRequest helo(InetAddress client, String helo) {
        return new SpfRequest(SpfIdentity.HELO, client, helo, POSTMASTER, helo);
    }

    /**
     * Whether the client may send for a sender (RFC 7208, 2.4).
     *
     * @param local local part without quotes; empty for the null sender
     * @param domain domain of the sender; empty for the null sender, in whose place the name in
     *     HELO is asked
     */
    public static SpfRequest mailFrom(
            InetAddress client, String helo, String local, String domain) {
        return domain.isEmpty()
                ? helo(client, helo)
                : new SpfRequest(SpfIdentity.MAIL_FROM, client, helo, local, domain);
    }

    /** The sender, as {@code local@domain}. */
    public String sender() {
        return local + "@" + domain;
    }
}
