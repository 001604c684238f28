package org.qpsmtpd.mailauth.report;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import javax.xml.stream.XMLOutputFactory;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamWriter;

/**
 * Writes aggregate reports as RFC 9990 has them, row by row. What the schema does not know is left
 * out where it may be missing. For one thread.
 */
public final class AggregateWriter implements AutoCloseable {
    /** The namespace of reports. */
    public static final String NAMESPACE = "urn:ietf:params:xml:ns:dmarc-2.0";

    private static final Set<String> POLICIES = Set.of("none", "quarantine", "reject");
    private static final Set<String> DISPOSITIONS = Set.of("none", "pass", "quarantine", "reject");
    private static final Set<String> ALIGNMENTS = Set.of("r", "s");
    private static final Set<String> PASS_OR_FAIL = Set.of("pass", "fail");
    private static final Set<String> REASONS =
            Set.of(
                    "local_policy",
                    "mailing_list",
                    "other",
                    "policy_test_mode",
                    "trusted_forwarder");
    private static final Set<String> DKIM =
            Set.of("none", "pass", "fail", "policy", "neutral", "temperror", "permerror");
    private static final Set<String> SPF =
            Set.of(
                    "none",
                    "pass",
                    "fail",
                    "softfail",
                    "policy",
                    "neutral",
                    "temperror",
                    "permerror");

    private final XMLStreamWriter xml;

    /**
     * Begins a report.
     *
     * @param out not closed
     * @throws IllegalArgumentException when the policy is none
     */
    public AggregateWriter(OutputStream out, ReportHead head, PublishedPolicy policy)
            throws IOException {
        try {
            xml =
                    XMLOutputFactory.newDefaultFactory()
                            .createXMLStreamWriter(out, StandardCharsets.UTF_8.name());
            xml.writeStartDocument(StandardCharsets.UTF_8.name(), "1.0");
            xml.writeCharacters("\n");
            xml.writeStartElement("feedback");
            xml.writeDefaultNamespace(NAMESPACE);
            text("version", "1.0");
            write(head);
            write(policy);
        } catch (XMLStreamException e) {
            throw new IOException(e);
        }
    }

    /** Writes a whole report. */
    public static void write(AggregateReport report, OutputStream out) throws IOException {
        try (AggregateWriter writer = new AggregateWriter(out, report.head(), report.policy())) {
            for (ReportRow row : report.rows()) {
                writer.row(row);
            }
        }
    }

    /** Ends the report, which needs a row at least. */
    @Override
    public void close() throws IOException {
        try {
            xml.writeCharacters("\n");
            xml.writeEndElement();
            xml.writeCharacters("\n");
            xml.writeEndDocument();
            xml.close();
        } catch (XMLStreamException e) {
            throw new IOException(e);
        }
    }

    /**
     * Adds a row.
     *
     * @throws IllegalArgumentException when it does not say whether it is aligned, or what became
     *     of it
     */
    public void row(ReportRow row) throws IOException {
        try {
            open("record");
            open("row");
            text("source_ip", row.source());
            text("count", Long.toString(row.count()));
            evaluated(row);
            xml.writeEndElement();
            open("identifiers");
            text("header_from", row.headerFrom());
            text("envelope_from", row.envelopeFrom());
            unlessEmpty("envelope_to", row.envelopeTo());
            xml.writeEndElement();
            open("auth_results");
            for (ReportRow.Dkim each : row.dkim()) {
                write(each);
            }
            for (ReportRow.Spf each : row.spf().stream().filter(this::isSender).limit(1).toList()) {
                write(each);
            }
            xml.writeEndElement();
            xml.writeEndElement();
        } catch (XMLStreamException e) {
            throw new IOException(e);
        }
    }

    private void evaluated(ReportRow row) throws XMLStreamException {
        open("policy_evaluated");
        text("disposition", required("disposition", row.disposition(), DISPOSITIONS));
        text("dkim", required("dkim", row.alignedDkim(), PASS_OR_FAIL));
        text("spf", required("spf", row.alignedSpf(), PASS_OR_FAIL));
        for (ReportRow.Reason reason : row.reasons()) {
            open("reason");
            text("type", REASONS.contains(reason.type()) ? reason.type() : "other");
            unlessEmpty("comment", reason.comment());
            xml.writeEndElement();
        }
        xml.writeEndElement();
    }

    private void write(ReportRow.Dkim dkim) throws XMLStreamException {
        if (DKIM.contains(dkim.result())) {
            open("dkim");
            text("domain", dkim.domain());
            text("selector", dkim.selector());
            text("result", dkim.result());
            unlessEmpty("human_result", dkim.comment());
            xml.writeEndElement();
        }
    }

    /** RFC 9990: only the identity MAIL FROM is told. */
    private boolean isSender(ReportRow.Spf spf) {
        return SPF.contains(spf.result()) && !spf.scope().equals("helo");
    }

    private void write(ReportRow.Spf spf) throws XMLStreamException {
        open("spf");
        text("domain", spf.domain());
        text("scope", "mfrom");
        text("result", spf.result());
        unlessEmpty("human_result", spf.comment());
        xml.writeEndElement();
    }

    private void write(ReportHead head) throws XMLStreamException {
        open("report_metadata");
        text("org_name", head.organization());
        text("email", head.email());
        unlessEmpty("extra_contact_info", head.contact());
        text("report_id", head.id());
        open("date_range");
        text("begin", Long.toString(head.begin().getEpochSecond()));
        text("end", Long.toString(head.end().getEpochSecond()));
        xml.writeEndElement();
        if (!head.errors().isEmpty()) {
            text("error", head.errors().get(0));
        }
        unlessEmpty("generator", head.generator());
        xml.writeEndElement();
    }

    private void write(PublishedPolicy policy) throws XMLStreamException {
        open("policy_published");
        text("domain", policy.domain());
        known("discovery_method", policy.discovery(), Set.of("psl", "treewalk"));
        text("p", required("p", policy.policy(), POLICIES));
        known("sp", policy.subdomains(), POLICIES);
        known("np", policy.absent(), POLICIES);
        unlessEmpty("fo", policy.failureOptions());
        known("adkim", policy.dkimAlignment(), ALIGNMENTS);
        known("aspf", policy.spfAlignment(), ALIGNMENTS);
        known("testing", policy.testing(), Set.of("n", "y"));
        xml.writeEndElement();
    }

    private static String required(String name, String word, Set<String> allowed) {
        if (!allowed.contains(word)) {
            throw new IllegalArgumentException(name + " '" + word + "' is none of " + allowed);
        }
        return word;
    }

    private void known(String name, String word, Set<String> allowed) throws XMLStreamException {
        if (allowed.contains(word)) {
            text(name, word);
        }
    }

    private void unlessEmpty(String name, String value) throws XMLStreamException {
        if (!value.isEmpty()) {
            text(name, value);
        }
    }

    private void open(String name) throws XMLStreamException {
        xml.writeCharacters("\n");
        xml.writeStartElement(name);
    }

    private void text(String name, String value) throws XMLStreamException {
        open(name);
        xml.writeCharacters(printable(value));
        xml.writeEndElement();
    }

    /** Without what XML 1.0 cannot hold, and without line ends. */
    private static String printable(String value) {
        StringBuilder text = new StringBuilder(value.length());
        value.codePoints().map(c -> isPrintable(c) ? c : '?').forEach(text::appendCodePoint);
        return text.toString();
    }

    private static boolean isPrintable(int c) {
        boolean isHalf = c >= Character.MIN_SURROGATE && c <= Character.MAX_SURROGATE;
        return c >= ' ' && c != 0x7F && !isHalf && c != 0xFFFE && c != 0xFFFF;
    }
}
