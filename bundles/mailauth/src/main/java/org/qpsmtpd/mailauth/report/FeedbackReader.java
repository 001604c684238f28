package org.qpsmtpd.mailauth.report;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads mails with a report in the abuse reporting format (RFC 5965). */
public final class FeedbackReader {
    private static final int LARGEST = 4 << 20;
    private static final int MOST_PARTS = 20;
    private static final int MOST_FIELDS = 1000;
    private static final Pattern BOUNDARY =
            Pattern.compile("(?i);\\s*boundary\\s*=\\s*(?:\"([^\"]{1,200})\"|([^\\s;\"]{1,200}))");

    /** Header and body. */
    private record Entity(Map<String, List<String>> header, String body) {
        String type() {
            String value = field("content-type");
            int end = value.indexOf(';');
            String type = end < 0 ? value : value.substring(0, end);
            return type.strip().toLowerCase(Locale.ROOT);
        }

        String field(String name) {
            return header.getOrDefault(name, List.of("")).get(0);
        }
    }

    private FeedbackReader() {}

    /**
     * Reads a mail.
     *
     * @param in not closed
     * @throws ReportException when there is no such report in it, or when it is too large
     */
    public static FeedbackReport read(InputStream in) throws IOException {
        byte[] octets = in.readNBytes(LARGEST + 1);
        if (octets.length > LARGEST) {
            throw new ReportException("it has more than " + LARGEST + " octets");
        }
        String text = new String(octets, StandardCharsets.ISO_8859_1).replace("\r\n", "\n");
        List<Entity> parts = parts(entity(text));
        Entity report =
                find(parts, List.of("message/feedback-report"))
                        .orElseThrow(() -> new ReportException("it has no part feedback-report"));
        Optional<Entity> about =
                find(parts, List.of("message/rfc822", "text/rfc822-headers", "text/rfc822"));
        return new FeedbackReport(
                fields(report.body()),
                about.map(Entity::body).orElse(""),
                about.filter(part -> part.type().equals("message/rfc822")).isPresent());
    }

    private static Optional<Entity> find(List<Entity> parts, List<String> types) {
        return parts.stream().filter(part -> types.contains(part.type())).findFirst();
    }

    private static Entity entity(String text) throws IOException {
        if (text.startsWith("\n")) {
            return new Entity(Map.of(), text.substring(1));
        }
        int end = text.indexOf("\n\n");
        String body = end < 0 ? "" : text.substring(end + 2);
        return new Entity(fields(end < 0 ? text : text.substring(0, end)), body);
    }

    private static List<Entity> parts(Entity whole) throws IOException {
        Matcher boundary = BOUNDARY.matcher(whole.field("content-type"));
        if (!whole.type().equals("multipart/report") || !boundary.find()) {
            throw new ReportException("it is no multipart/report");
        }
        String name = boundary.group(1) == null ? boundary.group(2) : boundary.group(1);
        String mark = "\n--" + name;
        String body = "\n" + whole.body();
        List<Entity> parts = new ArrayList<>();
        int at = body.indexOf(mark);
        while (at >= 0 && !body.startsWith("--", at + mark.length())) {
            int start = body.indexOf('\n', at + mark.length());
            int next = start < 0 ? -1 : body.indexOf(mark, start);
            if (start >= 0) {
                parts.add(entity(body.substring(start + 1, Math.max(start + 1, end(body, next)))));
            }
            if (parts.size() > MOST_PARTS) {
                throw new ReportException("it has more than " + MOST_PARTS + " parts");
            }
            at = next;
        }
        return parts;
    }

    private static int end(String body, int next) {
        return next < 0 ? body.length() : next;
    }

    /** Fields up to the first empty line, by their names in lower case. */
    private static Map<String, List<String>> fields(String text) throws IOException {
        int end = text.indexOf("\n\n");
        String top = end < 0 ? text : text.substring(0, end);
        Map<String, List<String>> fields = new LinkedHashMap<>();
        int count = 0;
        for (String field : top.split("\n(?![ \t])", -1)) {
            int colon = field.indexOf(':');
            if (colon <= 0) {
                continue;
            }
            if (++count > MOST_FIELDS) {
                throw new ReportException("it has more than " + MOST_FIELDS + " fields");
            }
            String name = field.substring(0, colon).strip().toLowerCase(Locale.ROOT);
            String value = field.substring(colon + 1).replaceAll("\n[ \t]+", " ").strip();
            fields.computeIfAbsent(name, key -> new ArrayList<>()).add(value);
        }
        return fields;
    }
}
