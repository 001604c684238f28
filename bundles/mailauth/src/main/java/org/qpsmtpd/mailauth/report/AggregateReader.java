package org.qpsmtpd.mailauth.report;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.zip.ZipException;
import javax.xml.stream.Location;
import javax.xml.stream.XMLInputFactory;
import javax.xml.stream.XMLStreamConstants;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamReader;
import org.jspecify.annotations.Nullable;

/**
 * Reads aggregate reports: those of RFC 9990, of RFC 7489 and of the drafts before it, with or
 * without their namespace. What it does not know it leaves out. A document type is refused, so
 * there are no entities but those of XML itself.
 */
public final class AggregateReader {
    private static final int DEEPEST = 32;
    private static final int MOST_NODES = 2000;
    private static final int LONGEST_TEXT = 64 * 1024;

    private final XMLStreamReader xml;
    private final ReportLimits limits;
    private final List<ReportRow> rows = new ArrayList<>();
    private @Nullable XmlNode head;
    private @Nullable XmlNode policy;

    private AggregateReader(XMLStreamReader xml, ReportLimits limits) {
        this.xml = xml;
        this.limits = limits;
    }

    /**
     * Reads a report.
     *
     * @param in XML, which may be packed by gzip or in a zip archive; not closed
     * @throws ReportException when it is no such report, or beyond the limits
     */
    public static AggregateReport read(InputStream in, ReportLimits limits) throws IOException {
        try {
            InputStream plain = PackedReport.open(in, limits);
            XMLStreamReader xml = factory().createXMLStreamReader(plain);
            return new AggregateReader(xml, limits).report();
        } catch (EOFException | ZipException e) {
            throw new ReportException("it cannot be unpacked", e);
        } catch (XMLStreamException e) {
            throw fault(e);
        }
    }

    private static XMLInputFactory factory() {
        XMLInputFactory factory = XMLInputFactory.newDefaultFactory();
        factory.setProperty(XMLInputFactory.SUPPORT_DTD, false);
        factory.setProperty(XMLInputFactory.IS_SUPPORTING_EXTERNAL_ENTITIES, false);
        factory.setProperty(XMLInputFactory.IS_NAMESPACE_AWARE, true);
        factory.setXMLResolver(
                (publicId, systemId, base, namespace) -> {
                    throw new XMLStreamException("there are no entities");
                });
        return factory;
    }

    private static ReportException fault(XMLStreamException e) {
        for (Throwable cause = e.getNestedException(); cause != null; cause = cause.getCause()) {
            if (cause instanceof ReportException) {
                return new ReportException(String.valueOf(cause.getMessage()), e);
            }
        }
        Location place = e.getLocation();
        String where = place == null ? "" : "line " + place.getLineNumber() + ": ";
        return new ReportException(where + "it is not well-formed XML", e);
    }

    private ReportException fault(String what) {
        return new ReportException("line " + xml.getLocation().getLineNumber() + ": " + what);
    }

    private AggregateReport report() throws XMLStreamException, IOException {
        try {
            while (xml.hasNext()) {
                int event = checked(xml.next());
                if (event == XMLStreamConstants.START_ELEMENT) {
                    root();
                }
            }
        } finally {
            xml.close();
        }
        XmlNode metadata = head;
        XmlNode published = policy;
        if (metadata == null || published == null) {
            throw new ReportException("it has no report_metadata or no policy_published");
        }
        return new AggregateReport(
                ReportElements.head(metadata), ReportElements.policy(published), rows);
    }

    private int checked(int event) throws ReportException {
        if (event == XMLStreamConstants.DTD || event == XMLStreamConstants.ENTITY_REFERENCE) {
            throw fault("it has a document type or entities of its own");
        }
        return event;
    }

    private void root() throws XMLStreamException, IOException {
        if (!xml.getLocalName().equals("feedback")) {
            throw fault("it is no aggregate report, its first element is not feedback");
        }
        for (int event = checked(xml.next());
                event != XMLStreamConstants.END_ELEMENT;
                event = checked(xml.next())) {
            if (event == XMLStreamConstants.START_ELEMENT) {
                part(xml.getLocalName());
            }
        }
    }

    private void part(String name) throws XMLStreamException, IOException {
        switch (name) {
            case "report_metadata" -> head = tree();
            case "policy_published" -> policy = tree();
            case "record" -> row();
            default -> skip();
        }
    }

    private void row() throws XMLStreamException, IOException {
        if (rows.size() == limits.rows()) {
            throw fault("it has more than " + limits.rows() + " rows");
        }
        XmlNode row = tree();
        try {
            rows.add(ReportElements.row(row));
        } catch (IllegalArgumentException e) {
            throw fault(String.valueOf(e.getMessage()));
        }
    }

    private void skip() throws XMLStreamException, IOException {
        int depth = 1;
        while (depth > 0) {
            int event = checked(xml.next());
            depth += event == XMLStreamConstants.START_ELEMENT ? 1 : 0;
            depth -= event == XMLStreamConstants.END_ELEMENT ? 1 : 0;
            checkDepth(depth);
        }
    }

    private void checkDepth(int depth) throws ReportException {
        if (depth > DEEPEST) {
            throw fault("it is deeper than " + DEEPEST + " elements");
        }
    }

    /** The element that begins here, with all in it. */
    private XmlNode tree() throws XMLStreamException, IOException {
        Deque<XmlNode> open = new ArrayDeque<>();
        XmlNode root = new XmlNode(xml.getLocalName());
        open.push(root);
        int nodes = 1;
        int octets = 0;
        while (!open.isEmpty()) {
            switch (checked(xml.next())) {
                case XMLStreamConstants.START_ELEMENT -> {
                    nodes++;
                    XmlNode child = new XmlNode(xml.getLocalName());
                    open.element().add(child);
                    open.push(child);
                    checkDepth(open.size());
                }
                case XMLStreamConstants.END_ELEMENT -> open.pop();
                case XMLStreamConstants.CHARACTERS, XMLStreamConstants.CDATA -> {
                    octets += xml.getTextLength();
                    open.element()
                            .add(xml.getTextCharacters(), xml.getTextStart(), xml.getTextLength());
                }
                default -> {} // comments and the like
            }
            if (nodes > MOST_NODES || octets > LONGEST_TEXT) {
                throw fault("there is too much in one element");
            }
        }
        return root;
    }
}
