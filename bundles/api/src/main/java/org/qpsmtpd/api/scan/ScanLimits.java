package org.qpsmtpd.api.scan;

import java.util.Locale;
import java.util.Optional;
import org.qpsmtpd.api.answer.HookResult;
import org.qpsmtpd.api.mail.HeaderField;
import org.qpsmtpd.api.session.Transaction;

/**
 * Which messages a scanner does not get.
 *
 * @param mostOctets size of the largest that it gets
 * @param withoutParts whether it gets those that are not in parts
 */
public record ScanLimits(long mostOctets, boolean withoutParts) {
    /** It gets all. */
    public static final ScanLimits NONE = new ScanLimits(Long.MAX_VALUE, true);

    /**
     * The answer for a message that the scanner does not get; absent when it does. Mail of a client
     * that is marked for the plugin naughty is left to that.
     *
     * @param scans counts it
     */
    public Optional<HookResult> leavesOut(Transaction transaction, Scans scans) {
        long size = transaction.body().size();
        if (transaction.connection().naughty().isPresent()) {
            return Optional.of(HookResult.skip("naughty"));
        }
        if (size > mostOctets) {
            return Optional.of(scans.tooLarge(size, mostOctets));
        }
        boolean leftOut = !withoutParts && !hasParts(transaction);
        return leftOut ? Optional.of(HookResult.skip("no parts")) : Optional.empty();
    }

    private static boolean hasParts(Transaction transaction) {
        String type =
                transaction
                        .headers()
                        .first("Content-Type")
                        .map(HeaderField::unfolded)
                        .orElse("")
                        .toLowerCase(Locale.ROOT);
        int parts = type.indexOf("multipart/");
        return parts >= 0 && type.indexOf("boundary=", parts) >= 0;
    }
}
