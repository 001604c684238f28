package org.qpsmtpd.mailauth.arc;

import static java.util.Objects.requireNonNull;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.qpsmtpd.mailauth.signature.Field;
import org.qpsmtpd.mailauth.signature.Header;
import org.qpsmtpd.mailauth.signature.SignatureTags;
import org.qpsmtpd.mailauth.signature.Unacceptable;

/** The fields of ARC in a header, in order of their instances (RFC 8617 section 4.2). */
final class ArcSets {
    static final String RESULTS = "ARC-Authentication-Results";
    static final String SIGNATURE = "ARC-Message-Signature";
    static final String SEAL = "ARC-Seal";

    /** How many sets a message may have. */
    static final int MOST = 50;

    private static final Pattern INSTANCE = Pattern.compile("[ \t\r\n]*i[ \t\r\n]*=([^;]*);");

    private ArcSets() {}

    /**
     * A set.
     *
     * @param results ARC-Authentication-Results
     * @param signature ARC-Message-Signature
     * @param signatureTags its tags
     * @param seal ARC-Seal
     * @param sealTags its tags
     */
    record ArcSet(
            Field results,
            Field signature,
            SignatureTags signatureTags,
            Field seal,
            SignatureTags sealTags) {}

    /** A field with its instance; results are no tags. */
    private record Numbered(int instance, Field field, @Nullable SignatureTags tags) {}

    private interface Reading {
        Numbered read(Field field) throws Unacceptable;
    }

    /** All sets, the first instance first; empty when there is none. */
    static List<ArcSet> of(Header header) throws Unacceptable {
        List<Numbered> results = read(header, RESULTS, ArcSets::results);
        List<Numbered> signatures = read(header, SIGNATURE, ArcSets::tagged);
        List<Numbered> seals = read(header, SEAL, ArcSets::tagged);
        if (results.size() != seals.size() || signatures.size() != seals.size()) {
            throw new Unacceptable("a set is not complete");
        }
        List<ArcSet> sets = new ArrayList<>(seals.size());
        for (int i = 0; i < seals.size(); i++) {
            Numbered signature = signatures.get(i);
            Numbered seal = seals.get(i);
            sets.add(
                    new ArcSet(
                            results.get(i).field,
                            signature.field,
                            requireNonNull(signature.tags),
                            seal.field,
                            requireNonNull(seal.tags)));
        }
        return sets;
    }

    /** The fields of a name, by their instances; without gaps and doublets. */
    private static List<Numbered> read(Header header, String name, Reading reading)
            throws Unacceptable {
        List<Field> fields = header.all(Field.of(name, "").name());
        if (fields.size() > MOST) {
            throw new Unacceptable("there are more than " + MOST + " sets");
        }
        Numbered[] inOrder = new Numbered[fields.size()];
        for (Field field : fields) {
            Numbered read = reading.read(field);
            if (read.instance > inOrder.length || inOrder[read.instance - 1] != null) {
                throw new Unacceptable("the instances of " + name + " are not in order");
            }
            inOrder[read.instance - 1] = read;
        }
        return List.of(inOrder);
    }

    private static Numbered tagged(Field field) throws Unacceptable {
        SignatureTags tags = SignatureTags.of(field);
        return new Numbered(instance(tags.required("i")), field, tags);
    }

    private static Numbered results(Field field) throws Unacceptable {
        Matcher matcher = INSTANCE.matcher(field.value());
        if (!matcher.lookingAt()) {
            throw new Unacceptable(RESULTS + " does not begin with an instance");
        }
        return new Numbered(instance(matcher.group(1).strip()), field, null);
    }

    private static int instance(String text) throws Unacceptable {
        if (!text.matches("[1-9][0-9]?") || Integer.parseInt(text) > MOST) {
            throw new Unacceptable("an instance is not 1 to " + MOST);
        }
        return Integer.parseInt(text);
    }
}
