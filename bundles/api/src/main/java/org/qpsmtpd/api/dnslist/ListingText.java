package org.qpsmtpd.api.dnslist;

import java.util.List;

/** Texts that say why something is listed, made fit for a reply and a line of the log. */
final class ListingText {
    private static final int MAX_LENGTH = 240;

    private ListingText() {}

    /** The text of a line with its marks replaced. */
    static String ofLine(String text, DnsList list, ListSubject subject) {
        return clean(
                text.replace("%IP%", subject.text())
                        .replace("%HOST%", subject.text())
                        .replace("%ZONE%", list.zone()));
    }

    /** The first text of a list's answer that says something; empty when none does. */
    static String ofAnswer(List<String> records) {
        for (String record : records) {
            String clean = clean(record);
            if (!clean.isEmpty()) {
                return clean;
            }
        }
        return "";
    }

    /** One line: what is no printable ASCII becomes a blank, several blanks become one. */
    private static String clean(String text) {
        StringBuilder clean = new StringBuilder(Math.min(text.length(), MAX_LENGTH));
        for (int i = 0; i < text.length() && clean.length() < MAX_LENGTH; i++) {
            char c = text.charAt(i);
            boolean isPrintable = c > ' ' && c < 0x7F;
            boolean isAfterBlank = clean.length() == 0 || clean.charAt(clean.length() - 1) == ' ';
            if (isPrintable) {
                clean.append(c);
            } else if (!isAfterBlank) {
                clean.append(' ');
            }
        }
        return clean.toString().strip();
    }
}
