package org.qpsmtpd.mailauth.dmarc;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.qpsmtpd.mailauth.dmarc.DmarcRecord.Psd;
import org.qpsmtpd.mailauth.taglist.TagList;

/** Reads a record (RFC 9989 sections 4.7 and 4.8). */
public final class RecordReader {
    private static final int LONGEST = 65_535;
    private static final String USUAL_OPTIONS = "0";

    private final String text;
    private final TagList tags;
    private boolean isBroken;

    private RecordReader(String text, TagList tags) {
        this.text = text;
        this.tags = tags;
    }

    /**
     * Reads a text.
     *
     * @param text one character for each octet
     * @return empty when it is no record of DMARC
     */
    public static Optional<DmarcRecord> read(String text) {
        boolean isPossible =
                text.length() <= LONGEST && (text.startsWith("v") || text.startsWith("V"));
        if (!isPossible) {
            return Optional.empty();
        }
        TagList tags = TagList.tolerant(text);
        return isOurs(text, tags)
                ? Optional.of(new RecordReader(text, tags).record())
                : Optional.empty();
    }

    private static boolean isOurs(String text, TagList tags) {
        int semicolon = text.indexOf(';');
        boolean isFirst = tags.isFirst("v") && (semicolon < 0 || tags.start("v") <= semicolon);
        return isFirst && "DMARC1".equals(tags.get("v"));
    }

    private DmarcRecord record() {
        Optional<DmarcPolicy> policy = policy("p");
        Optional<DmarcPolicy> subdomains = policy("sp");
        Optional<DmarcPolicy> nonExistent = policy("np");
        List<String> aggregateReports = ReportUris.of(tags.get("rua"));
        boolean isWhole = policy.isPresent() && !isBroken;
        return new DmarcRecord(
                text,
                isWhole || !aggregateReports.isEmpty(),
                isBroken ? DmarcPolicy.NONE : policy.orElse(DmarcPolicy.NONE),
                isBroken ? Optional.empty() : subdomains,
                isBroken ? Optional.empty() : nonExistent,
                psd(),
                is("t", "y"),
                is("adkim", "s"),
                is("aspf", "s"),
                aggregateReports,
                ReportUris.of(tags.get("ruf")),
                options());
    }

    /** A policy; one that is none breaks all of them (RFC 9989 section 4.10.1). */
    private Optional<DmarcPolicy> policy(String name) {
        Optional<DmarcPolicy> policy = DmarcPolicy.of(single(name));
        isBroken = isBroken || (tags.get(name) != null && policy.isEmpty());
        return policy;
    }

    /** The value of a tag; null when it is not there, or there twice (RFC 6376 section 3.2). */
    private @Nullable String single(String name) {
        return tags.isRepeated(name) ? null : tags.get(name);
    }

    private boolean is(String name, String value) {
        return value.equalsIgnoreCase(single(name));
    }

    private Psd psd() {
        if (is("psd", "y")) {
            return Psd.YES;
        }
        return is("psd", "n") ? Psd.NO : Psd.UNKNOWN;
    }

    private String options() {
        String options = single("fo");
        String lower = options == null ? USUAL_OPTIONS : options.toLowerCase(Locale.ROOT);
        return areOptions(lower) ? lower : USUAL_OPTIONS;
    }

    /** Letters of 0, 1, d and s with colons between, none twice, and not both 0 and 1. */
    private static boolean areOptions(String text) {
        boolean isNumbered = false;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            boolean isNumber = c == '0' || c == '1';
            boolean isInPlace = i % 2 == 0 ? isNumber || c == 'd' || c == 's' : c == ':';
            boolean isSecond = i % 2 == 0 && text.indexOf(c) < i;
            if (!isInPlace || isSecond || (isNumber && isNumbered)) {
                return false;
            }
            isNumbered = isNumbered || isNumber;
        }
        return text.length() % 2 == 1;
    }
}
