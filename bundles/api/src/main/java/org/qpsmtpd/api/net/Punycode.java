package org.qpsmtpd.api.net;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Writes a label in ASCII and reads it back: RFC 3492, with the parameters of its section 5. {@link
 * java.net.IDN} knows the rules of 2003 only: it neither writes nor reads a sharp s, for one.
 */
final class Punycode {
    private static final int BASE = 36;
    private static final int LEAST_THRESHOLD = 1;
    private static final int GREATEST_THRESHOLD = 26;
    private static final int SKEW = 38;
    private static final int DAMP = 700;
    private static final int FIRST_BIAS = 72;
    private static final int FIRST_CODE = 0x80;
    private static final String DIGITS = "abcdefghijklmnopqrstuvwxyz0123456789";

    private Punycode() {}

    /**
     * Encodes a label.
     *
     * @param label in lower case; at most 255 characters, so that no number overflows
     * @return without the prefix {@code xn--}
     */
    static String encode(String label) {
        int[] points = label.codePoints().toArray();
        StringBuilder out = new StringBuilder(points.length * 2);
        label.codePoints().filter(c -> c < FIRST_CODE).forEach(out::appendCodePoint);
        int basic = out.length();
        if (basic > 0) {
            out.append('-');
        }
        int code = FIRST_CODE;
        int bias = FIRST_BIAS;
        int delta = 0;
        int done = basic;
        while (done < points.length) {
            int next = smallestFrom(points, code);
            delta += (next - code) * (done + 1);
            code = next;
            for (int point : points) {
                if (point < code) {
                    delta++;
                } else if (point == code) {
                    write(out, delta, bias);
                    done++;
                    bias = adapt(delta, done, done == basic + 1);
                    delta = 0;
                }
            }
            delta++;
            code++;
        }
        return out.toString();
    }

    private static int smallestFrom(int[] points, int code) {
        int smallest = Integer.MAX_VALUE;
        for (int point : points) {
            if (point >= code && point < smallest) {
                smallest = point;
            }
        }
        return smallest;
    }

    private static void write(StringBuilder out, int number, int bias) {
        int rest = number;
        int k = BASE;
        int threshold = threshold(k, bias);
        while (rest >= threshold) {
            int range = BASE - threshold;
            out.append(DIGITS.charAt(threshold + (rest - threshold) % range));
            rest = (rest - threshold) / range;
            k += BASE;
            threshold = threshold(k, bias);
        }
        out.append(DIGITS.charAt(rest));
    }

    /**
     * Decodes a label.
     *
     * @param encoded in lower case, without the prefix {@code xn--}; at most 63 characters
     * @return absent when nothing is encoded so
     */
    static Optional<String> decode(String encoded) {
        int hyphen = encoded.lastIndexOf('-');
        List<Integer> points = new ArrayList<>();
        encoded.chars().limit(Math.max(0, hyphen)).forEach(points::add);
        int code = FIRST_CODE;
        int bias = FIRST_BIAS;
        int index = 0;
        int at = hyphen + 1;
        while (at < encoded.length()) {
            int before = index;
            long weight = 1;
            long sum = index;
            int digit;
            int threshold;
            int k = 0;
            do {
                k += BASE;
                digit = at < encoded.length() ? DIGITS.indexOf(encoded.charAt(at++)) : -1;
                threshold = threshold(k, bias);
                sum += digit * weight;
                weight *= BASE - threshold;
                if (digit < 0 || sum > Integer.MAX_VALUE || weight > Integer.MAX_VALUE) {
                    return Optional.empty();
                }
            } while (digit >= threshold);
            int count = points.size() + 1;
            bias = adapt((int) sum - before, count, before == 0);
            code += (int) sum / count;
            index = (int) sum % count;
            if (!Character.isValidCodePoint(code)) {
                return Optional.empty();
            }
            points.add(index, code);
            index++;
        }
        StringBuilder label = new StringBuilder(points.size());
        points.forEach(label::appendCodePoint);
        return Optional.of(label.toString());
    }

    private static int threshold(int k, int bias) {
        return Math.min(GREATEST_THRESHOLD, Math.max(LEAST_THRESHOLD, k - bias));
    }

    private static int adapt(int delta, int points, boolean first) {
        int rest = first ? delta / DAMP : delta / 2;
        rest += rest / points;
        int k = 0;
        while (rest > (BASE - LEAST_THRESHOLD) * GREATEST_THRESHOLD / 2) {
            rest /= BASE - LEAST_THRESHOLD;
            k += BASE;
        }
        return k + (BASE - LEAST_THRESHOLD + 1) * rest / (rest + SKEW);
    }
}
