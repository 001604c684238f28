package org.qpsmtpd.plugin.rcptcallout;

/**
 * What a next hop said of a recipient.
 *
 * @param reply the reply that decided
 */
record Said(Verdict verdict, HopReply reply) {
    /** What it means. */
    enum Verdict {
        /** It takes mail for the recipient. */
        YES,
        /** It does not, and will not. */
        NO,
        /** It says neither, as with greylisting. */
        LATER
    }

    /** A reply to MAIL that no recipient can be asked after; it says nothing about any. */
    static Said ofSender(HopReply reply) {
        return new Said(Verdict.LATER, reply);
    }

    /**
     * A reply to RCPT. Those that are about our command, or about who may send, are not about the
     * recipient.
     */
    static Said ofRecipient(HopReply reply) {
        if (reply.isPositive()) {
            return new Said(Verdict.YES, reply);
        }
        boolean aboutUs =
                switch (reply.code()) {
                    case 500, 502, 503, 504, 521, 530, 535, 538, 555 -> true;
                    default -> false;
                };
        return new Said(reply.isPermanent() && !aboutUs ? Verdict.NO : Verdict.LATER, reply);
    }

    /** Whether nobody has the address, as far as the reply says; otherwise it takes no mail. */
    boolean isUnknown() {
        String enhanced = reply.enhancedCode();
        return enhanced.isEmpty() || enhanced.startsWith("5.1.");
    }

    /** What a client reads that is refused; empty when the next hop gives no text. */
    String text() {
        String text = reply.text();
        String enhanced = reply.enhancedCode();
        String code = enhanced.isEmpty() ? "5.1.1" : enhanced;
        return text.isEmpty() ? "" : text + " (#" + code + ")";
    }
}
