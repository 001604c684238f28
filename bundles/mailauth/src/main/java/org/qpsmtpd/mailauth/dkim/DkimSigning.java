package org.qpsmtpd.mailauth.dkim;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import org.qpsmtpd.mailauth.signature.Body;
import org.qpsmtpd.mailauth.signature.BodyHash;
import org.qpsmtpd.mailauth.signature.Field;
import org.qpsmtpd.mailauth.signature.FieldText;
import org.qpsmtpd.mailauth.signature.Header;
import org.qpsmtpd.mailauth.signature.SignedHeader;
import org.qpsmtpd.mailauth.signature.SigningKey;

/**
 * Signs a message: takes its body in pieces, and then makes a field for each key. For one thread.
 */
public final class DkimSigning {
    /** The name of the field. */
    public static final String NAME = "DKIM-Signature";

    /** How many fields of one name are signed; more of them would make the signature long. */
    private static final int MOST_OF_A_NAME = 50;

    private final DkimForm form;
    private final Body body = new Body();
    private final BodyHash hash;

    /** Begins. */
    public DkimSigning(DkimForm form) {
        this.form = form;
        hash = body.hash(form.bodyForm(), BodyHash.WHOLE);
    }

    /** Takes the next octets of the body: of what follows the empty line behind the header. */
    public void body(byte[] octets, int offset, int count) {
        body.add(octets, offset, count);
    }

    /**
     * Ends the body, and signs.
     *
     * @param fields octets of each field of the header, in order: name, colon and value with all
     *     blanks and folds, CRLF at the end
     * @param keys each makes a signature
     * @param now the time of the signatures
     * @return the value of a field {@link #NAME} for each key, folded with CRLF, as it stands
     *     behind the colon and a blank. All of them may be put on top of the header
     * @throws IllegalStateException when a key cannot sign; the message says which
     */
    public List<String> sign(List<byte[]> fields, List<SigningKey> keys, Instant now) {
        body.end();
        Header header = Header.of(fields);
        List<String> names = names(header);
        List<String> values = new ArrayList<>(keys.size());
        for (SigningKey key : keys) {
            values.add(sign(header, names, key, now.getEpochSecond()));
        }
        return values;
    }

    private List<String> names(Header header) {
        List<String> names = new ArrayList<>();
        for (String name : form.names()) {
            int count = Math.min(MOST_OF_A_NAME, header.all(name).size());
            int times = form.closed().contains(name) ? count + 1 : count;
            for (int i = 0; i < times; i++) {
                names.add(name);
            }
        }
        return names;
    }

    private String sign(Header header, List<String> names, SigningKey key, long now) {
        FieldText text = new FieldText(NAME);
        text.tag("v", "1")
                .tag("a", key.algorithm().word())
                .tag("c", form.headerForm().word() + "/" + form.bodyForm().word())
                .tag("d", key.domain())
                .tag("s", key.selector());
        if (form.isTimed()) {
            text.tag("t", Long.toString(now));
        }
        if (!form.lifetime().isZero()) {
            text.tag("x", Long.toString(now + form.lifetime().toSeconds()));
        }
        text.list("h", names).tag("bh", Base64.getEncoder().encodeToString(hash.hash())).open("b");
        SignedHeader signed = new SignedHeader(form.headerForm());
        Field own = Field.of(NAME, text.toString());
        signed.add(header.select(names, own));
        signed.end(own, 0, 0);
        return text.append(key.sign(signed)).toString();
    }
}
