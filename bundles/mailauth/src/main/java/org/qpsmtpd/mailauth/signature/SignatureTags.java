package org.qpsmtpd.mailauth.signature;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.qpsmtpd.mailauth.DomainName;
import org.qpsmtpd.mailauth.taglist.TagList;

/** Reads the tags that the signatures of DKIM and ARC share (RFC 6376 section 3.5). */
public final class SignatureTags {
    /** Octets of a field with a signature above which it is not looked at. */
    private static final int LONGEST = 64 * 1024;

    private static final int HASH_OCTETS = 32;
    private static final int LONGEST_TIME = 12;
    private static final int LONGEST_LENGTH = 76;

    /** Larger numbers are all the same: larger than any body. */
    private static final long LARGEST = Long.MAX_VALUE / 100;

    private final TagList tags;

    private SignatureTags(TagList tags) {
        this.tags = tags;
    }

    /** Takes a field's value apart. */
    public static SignatureTags of(Field field) throws Unacceptable {
        if (field.size() > LONGEST) {
            throw new Unacceptable("the signature is longer than " + LONGEST + " octets");
        }
        TagList tags = TagList.parse(field.value());
        Optional<String> fault = tags.fault();
        if (fault.isPresent()) {
            throw new Unacceptable("the signature is malformed: " + fault.get());
        }
        return new SignatureTags(tags);
    }

    /** The tags themselves. */
    public TagList list() {
        return tags;
    }

    /** The value of a tag that must be there and not be empty. */
    public String required(String name) throws Unacceptable {
        String value = tags.get(name);
        if (value == null) {
            throw new Unacceptable("the signature has no " + name + "=");
        }
        if (value.isEmpty()) {
            throw new Unacceptable("the signature has an empty " + name + "=");
        }
        return value;
    }

    /** {@code a=}. */
    public Algorithm algorithm() throws Unacceptable {
        String word = required("a");
        for (Algorithm algorithm : Algorithm.values()) {
            if (algorithm.word().equals(word)) {
                return algorithm;
            }
        }
        throw new Unacceptable(
                word.equals("rsa-sha1")
                        ? "rsa-sha1 is not accepted any more"
                        : "the algorithm is not known");
    }

    /** {@code b=}: the signature. */
    public byte[] signature() throws Unacceptable {
        return base64("b");
    }

    /** {@code bh=}: the hash of the body. */
    public byte[] bodyHash() throws Unacceptable {
        byte[] hash = base64("bh");
        if (hash.length != HASH_OCTETS) {
            throw new Unacceptable("bh= is not as long as a hash");
        }
        return hash;
    }

    private byte[] base64(String name) throws Unacceptable {
        try {
            return Base64.getDecoder().decode(TagList.compacted(required(name)));
        } catch (IllegalArgumentException e) {
            throw new Unacceptable(name + "= is not base64");
        }
    }

    /** {@code c=}: how the header is put into canonical form. */
    public Canonicalization headerForm() throws Unacceptable {
        return form(0);
    }

    /** {@code c=}: how the body is put into canonical form. */
    public Canonicalization bodyForm() throws Unacceptable {
        return form(1);
    }

    private Canonicalization form(int which) throws Unacceptable {
        if (tags.get("c") == null) {
            return Canonicalization.SIMPLE;
        }
        String[] words = required("c").split("/", -1);
        if (words.length > 2) {
            throw new Unacceptable("c= is malformed");
        }
        Canonicalization[] both = {form(words[0]), form(words.length > 1 ? words[1] : "simple")};
        return both[which];
    }

    private static Canonicalization form(String word) throws Unacceptable {
        for (Canonicalization way : Canonicalization.values()) {
            if (way.word().equals(word)) {
                return way;
            }
        }
        throw new Unacceptable("the canonicalization is not known");
    }

    /** {@code d=} in A-labels and lower case. */
    public String domain() throws Unacceptable {
        return domain(required("d"), "d");
    }

    /** {@code s=} in A-labels and lower case. */
    public String selector() throws Unacceptable {
        return domain(required("s"), "s");
    }

    /** A domain that a tag holds, in A-labels and lower case. */
    public static String domain(String octets, String tag) throws Unacceptable {
        return DomainName.of(text(octets, tag))
                .filter(SignatureTags::isHostName)
                .orElseThrow(() -> new Unacceptable(tag + "= is no domain"));
    }

    private static String text(String octets, String tag) throws Unacceptable {
        if (isAscii(octets)) {
            return octets;
        }
        try {
            byte[] bytes = octets.getBytes(StandardCharsets.ISO_8859_1);
            return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
        } catch (CharacterCodingException e) {
            throw new Unacceptable(tag + "= is not UTF-8");
        }
    }

    private static boolean isAscii(String text) {
        for (int i = 0; i < text.length(); i++) {
            if (text.charAt(i) > 127) {
                return false;
            }
        }
        return true;
    }

    private static boolean isHostName(String name) {
        for (int i = 0; i < name.length(); i++) {
            char c = name.charAt(i);
            boolean isLetter = c >= 'a' && c <= 'z';
            boolean isOther = (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.';
            if (!isLetter && !isOther) {
                return false;
            }
        }
        return true;
    }

    /**
     * {@code h=}: the names of the signed fields, in lower case.
     *
     * @param mayBeEmpty whether an entry may be, and all of it
     */
    public List<String> names(boolean mayBeEmpty) throws Unacceptable {
        String value = tags.compact("h");
        if (value == null) {
            throw new Unacceptable("the signature has no h=");
        }
        List<String> names = new ArrayList<>();
        for (String name : value.toLowerCase(Locale.ROOT).split(":", -1)) {
            if (name.isEmpty() && !mayBeEmpty) {
                throw new Unacceptable("h= has an empty name");
            }
            names.add(name);
        }
        return names;
    }

    /**
     * A time in seconds since 1970.
     *
     * @return -1 when the tag is not there
     */
    public long time(String name) throws Unacceptable {
        return tags.get(name) == null ? -1 : number(required(name), name, LONGEST_TIME);
    }

    /**
     * {@code l=}: how many octets of the body are signed.
     *
     * @return {@link BodyHash#WHOLE} when the tag is not there
     */
    public long limit() throws Unacceptable {
        return tags.get("l") == null ? BodyHash.WHOLE : number(required("l"), "l", LONGEST_LENGTH);
    }

    private static long number(String digits, String name, int longest) throws Unacceptable {
        long number = 0;
        for (int i = 0; i < digits.length(); i++) {
            int digit = digits.charAt(i) - '0';
            if (digit < 0 || digit > 9 || i >= longest) {
                throw new Unacceptable(name + "= is no number");
            }
            number = number > LARGEST ? number : number * 10 + digit;
        }
        return number;
    }

    /** {@code q=}: nothing happens when the key may be asked for in the DNS. */
    public void requireDns() throws Unacceptable {
        String ways = tags.compact("q");
        if (ways == null) {
            return;
        }
        for (String way : ways.split(":", -1)) {
            if (way.equalsIgnoreCase("dns/txt")) {
                return;
            }
        }
        throw new Unacceptable("the key cannot be asked for in the DNS by q=");
    }

    /** The first characters of {@code b=}, by which results tell signatures apart; or fewer. */
    public static String start(@Nullable String signature) {
        String start = signature == null ? "" : TagList.compacted(signature, 8);
        for (int i = 0; i < start.length(); i++) {
            char c = start.charAt(i);
            if (c > 127 || !(Character.isLetterOrDigit(c) || c == '+' || c == '/' || c == '=')) {
                return "";
            }
        }
        return start;
    }
}
