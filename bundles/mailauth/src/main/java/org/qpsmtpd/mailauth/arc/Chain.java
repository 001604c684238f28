package org.qpsmtpd.mailauth.arc;

import java.util.ArrayList;
import java.util.List;
import org.qpsmtpd.mailauth.arc.ArcSets.ArcSet;
import org.qpsmtpd.mailauth.signature.Header;
import org.qpsmtpd.mailauth.signature.Unacceptable;

/** A chain of sets whose form is as it must be. */
final class Chain {
    private final Header header;
    private final List<ArcSet> sets;
    private final List<MessageSignature> last;
    private final List<Seal> seals = new ArrayList<>();

    /**
     * Reads the signatures that are to be checked.
     *
     * @param now seconds since 1970
     */
    Chain(Header header, List<ArcSet> sets, long now) throws Unacceptable {
        this.header = header;
        this.sets = sets;
        for (ArcSet set : sets) {
            Seal seal = Seal.of(set.sealTags());
            if (!seal.status().equals(seals.isEmpty() ? "none" : "pass")) {
                throw new Unacceptable("a seal says that the chain is broken, or is out of place");
            }
            seals.add(seal);
        }
        last = MessageSignature.of(sets.get(sets.size() - 1));
        long expires = last.get(0).expires();
        if (expires >= 0 && now > expires) {
            throw new Unacceptable("the last signature has expired");
        }
    }

    Header header() {
        return header;
    }

    List<ArcSet> sets() {
        return sets;
    }

    /** The signature of the last set, as it may be read. */
    List<MessageSignature> last() {
        return last;
    }

    /** The seal of each set. */
    List<Seal> seals() {
        return seals;
    }
}
