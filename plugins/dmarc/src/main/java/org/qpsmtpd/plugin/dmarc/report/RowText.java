package org.qpsmtpd.plugin.dmarc.report;

import java.util.List;
import org.qpsmtpd.mailauth.report.ReportRow;

/** A row as the store has it: a value that others can read, and a key of its own. */
final class RowText {
    private static final String COUNT = "count";

    private RowText() {}

    /** All of a row but how many messages it is about. */
    static String of(ReportRow row) {
        Fields fields =
                new Fields()
                        .with("source", row.source())
                        .with("disposition", row.disposition())
                        .with("dkim", row.alignedDkim())
                        .with("spf", row.alignedSpf())
                        .with("author", row.headerFrom())
                        .with("sender", row.envelopeFrom())
                        .with("recipient", row.envelopeTo());
        row.reasons().forEach(each -> fields.with("reason", each.type() + " " + each.comment()));
        row.dkim()
                .forEach(
                        each ->
                                fields.with(
                                        "signature",
                                        words(each.result(), each.domain(), each.selector())
                                                + " "
                                                + each.comment()));
        row.spf()
                .forEach(
                        each ->
                                fields.with(
                                        "mailfrom",
                                        words(each.result(), each.domain())
                                                + " "
                                                + each.comment()));
        return fields.text();
    }

    /** Each as one word. */
    private static String words(String... values) {
        StringBuilder words = new StringBuilder();
        for (String value : values) {
            String word = Fields.clean(value).replaceAll("\\s+", "_");
            words.append(words.isEmpty() ? "" : " ").append(word.isEmpty() ? "-" : word);
        }
        return words.toString();
    }

    static String counted(String row, long count) {
        return COUNT + " " + count + "\n" + row;
    }

    /** The value with one message more. */
    static String oneMore(String value) {
        int end = value.indexOf('\n');
        return counted(value.substring(end + 1), Fields.parse(value).number(COUNT) + 1);
    }

    static ReportRow read(String value) {
        Fields fields = Fields.parse(value);
        return new ReportRow(
                fields.get("source"),
                fields.number(COUNT),
                fields.get("disposition"),
                fields.get("dkim"),
                fields.get("spf"),
                fields.all("reason").stream().map(RowText::reason).toList(),
                fields.get("author"),
                fields.get("sender"),
                fields.get("recipient"),
                fields.all("signature").stream().map(RowText::signature).toList(),
                fields.all("mailfrom").stream().map(RowText::mailFrom).toList());
    }

    private static ReportRow.Reason reason(String line) {
        List<String> words = split(line, 2);
        return new ReportRow.Reason(words.get(0), words.get(1));
    }

    private static ReportRow.Dkim signature(String line) {
        List<String> words = split(line, 4);
        return new ReportRow.Dkim(words.get(1), words.get(2), words.get(0), words.get(3));
    }

    private static ReportRow.Spf mailFrom(String line) {
        List<String> words = split(line, 3);
        return new ReportRow.Spf(words.get(1), "mfrom", words.get(0), words.get(2));
    }

    /** So many words, the last with all that is left; empty where there are fewer. */
    private static List<String> split(String line, int count) {
        String[] words = line.split(" ", count);
        String[] all = new String[count];
        for (int i = 0; i < count; i++) {
            all[i] = i < words.length && !words[i].equals("-") ? words[i] : "";
        }
        return List.of(all);
    }
}
