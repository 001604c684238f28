package org.qpsmtpd.plugin.greylisting;

import java.math.BigInteger;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.util.Optional;
import org.qpsmtpd.api.mail.Address;
import org.qpsmtpd.api.net.Network;
import org.qpsmtpd.api.service.Store;
import org.qpsmtpd.api.session.NoteKey;
import org.qpsmtpd.api.session.Transaction;

/** The keys of entries: the selected ones of client, sender and recipient, with colons between. */
final class GreyKeys {
    private static final int FOUR_NETWORK = 24;
    private static final int SIX_NETWORK = 64;

    private final int fourPrefix;
    private final int sixPrefix;
    private final boolean byDomain;

    GreyKeys(GreylistingConfig config) {
        fourPrefix = config.ipv4__prefix();
        sixPrefix = config.ipv6__prefix();
        byDomain = config.domain();
    }

    /**
     * Makes the key of a message.
     *
     * @param recipient absent where there is none yet, or several
     * @return absent when nothing is selected
     */
    Optional<String> of(
            Transaction transaction, Address sender, Optional<Address> recipient, Terms terms) {
        StringBuilder key = new StringBuilder();
        if (terms.remoteIp()) {
            add(key, client(transaction, sender));
        }
        if (terms.sender()) {
            add(key, sender.comparable());
        }
        if (terms.recipient() && recipient.isPresent()) {
            add(key, recipient.get().comparable());
        }
        return key.length() == 0 ? Optional.empty() : Optional.of(Store.key(key.toString()));
    }

    private static void add(StringBuilder key, String part) {
        key.append(key.length() == 0 ? "" : ":").append(part.isEmpty() ? "<>" : part);
    }

    private String client(Transaction transaction, Address sender) {
        Optional<String> domain = byDomain ? domain(transaction, sender) : Optional.empty();
        return domain.orElseGet(
                () -> {
                    InetAddress address = transaction.connection().remoteAddress();
                    int prefix = address instanceof Inet4Address ? fourPrefix : sixPrefix;
                    byte[] octets = new Network(address, prefix).address().getAddress();
                    return new BigInteger(1, octets).toString();
                });
    }

    /** Of the domains that somebody vouches for SPF's, then the sender's own, then the first. */
    private static Optional<String> domain(Transaction transaction, Address sender) {
        Optional<String> spf = transaction.notes().get(NoteKey.SPF_PASS_HOST);
        String signed = transaction.notes().get(NoteKey.DKIM_PASS_DOMAINS).orElse("").strip();
        if (spf.isPresent() || signed.isEmpty()) {
            return spf;
        }
        String own = sender.comparableHost();
        String[] domains = signed.split(" +", -1);
        for (String domain : domains) {
            if (own.equals(domain) || own.endsWith("." + domain)) {
                return Optional.of(domain);
            }
        }
        return Optional.of(domains[0]);
    }

    /** Where it is counted how many senders of a network came again. */
    static String network(InetAddress address) {
        int prefix = address instanceof Inet4Address ? FOUR_NETWORK : SIX_NETWORK;
        return "network=" + new Network(address, prefix);
    }
}
