package org.qpsmtpd.mailauth.signature;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/** Hashes a message's body while it arrives, once for each way in which it is to be hashed. */
public final class Body {
    private final Map<Canonicalization, List<BodyHash>> hashes =
            new EnumMap<>(Canonicalization.class);
    private final List<BodyForm> forms = new ArrayList<>(2);
    private boolean hasEnded;

    /**
     * Has the body hashed, to be asked for before the first octet of it; the same object for the
     * same way.
     *
     * @param limit how many octets of the canonical body count; {@link BodyHash#WHOLE} for all
     */
    public BodyHash hash(Canonicalization way, long limit) {
        List<BodyHash> known = hashes.computeIfAbsent(way, this::begin);
        for (BodyHash hash : known) {
            if (hash.limit() == limit) {
                return hash;
            }
        }
        BodyHash hash = new BodyHash(limit);
        known.add(hash);
        return hash;
    }

    private List<BodyHash> begin(Canonicalization way) {
        List<BodyHash> list = new ArrayList<>(1);
        forms.add(new BodyForm(way == Canonicalization.RELAXED, new BodySink(list)));
        return list;
    }

    /** Whether nobody wants a hash. */
    public boolean isUnused() {
        return forms.isEmpty();
    }

    /** Takes the next octets of what follows the empty line behind the header. */
    public void add(byte[] octets, int offset, int count) {
        for (BodyForm form : forms) {
            form.add(octets, offset, count);
        }
    }

    /** Ends the body; the hashes are there. Nothing happens the second time. */
    public void end() {
        if (hasEnded) {
            return;
        }
        hasEnded = true;
        forms.forEach(BodyForm::end);
        hashes.values().forEach(list -> list.forEach(BodyHash::end));
    }
}
