package org.qpsmtpd.itest.process;

import java.util.stream.Stream;
import org.qpsmtpd.mailauth.spf.SpfVerdict;

/** How two checks of SPF may differ, with the words of RFC 7208 that ours goes by. */
enum SpfDifference {
    /** There is none. */
    NONE,

    /** 4.6.4: what is counted is terms that find nothing, not the hosts that an MX names. */
    VOID_LOOK_UPS("Void lookup limit"),

    /** 5.2 knows no such fault; who includes himself runs into the limit of 4.6.4. */
    OWN_DOMAIN("include has trivial recursion"),

    /** 6: only redirect and exp may not be there twice. */
    OTHER_MODIFIER_TWICE("MUST appear at most once"),

    /**
     * 5.4: mx matches when an address does, whatever becomes of the other hosts. 5.5: ptr does not
     * match when nobody answers for the client's names.
     */
    SILENT_HOST("DNS timeout"),

    /** 7.3: the number of parts must not be 0. */
    NO_PART,

    /** Any other. */
    UNKNOWN;

    private final String words;

    SpfDifference() {
        this("");
    }

    /**
     * A difference.
     *
     * @param words of the other library
     */
    SpfDifference(String words) {
        this.words = words;
    }

    /**
     * Compares.
     *
     * @param theirs the result, a tab, and why
     */
    static SpfDifference of(SpfVerdict ours, String theirs) {
        if (theirs.startsWith(ours.result().word() + "\t")) {
            return NONE;
        }
        boolean isPermanent = theirs.startsWith("permerror\t");
        if (!isPermanent && ours.problem().contains("keeps no part")) {
            return NO_PART;
        }
        if (theirs.startsWith("temperror\t") && SILENT_HOST.fits(theirs)) {
            return SILENT_HOST;
        }
        return Stream.of(VOID_LOOK_UPS, OWN_DOMAIN, OTHER_MODIFIER_TWICE)
                .filter(each -> isPermanent && each.fits(theirs))
                .findFirst()
                .orElse(UNKNOWN);
    }

    private boolean fits(String theirs) {
        return theirs.contains(words);
    }
}
