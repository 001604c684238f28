package org.qpsmtpd.plugin.queue.spool;

import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.SortedMap;
import java.util.UUID;
import org.qpsmtpd.api.mail.Address;
import org.qpsmtpd.api.mail.BodyType;
import org.qpsmtpd.api.mail.Parameters;
import org.qpsmtpd.api.mail.XText;
import org.qpsmtpd.smtpclient.MailClient;

/** A report about a message to its sender (RFC 3461 to 3464, RFC 6533). */
final class Report {
    private static final DateTimeFormatter DATE =
            DateTimeFormatter.ofPattern("EEE, d MMM yyyy HH:mm:ss Z", Locale.ENGLISH)
                    .withZone(ZoneOffset.UTC);

    /** Without a wish for the whole message, larger ones are returned without their body. */
    private static final long LARGEST_UNASKED = 50_000;

    private final Kind kind;
    private final Kept about;
    private final SortedMap<Integer, Said> whom;
    private final Instant end;
    private final String ownName;
    private final Instant now;
    private final boolean isWhole;
    private final boolean hasEightBit;
    private final boolean isGlobal;

    /** What is reported. */
    enum Kind {
        /** It will never be delivered. */
        FAILED("failed", "Not delivered", "could not be delivered to", "It is not tried again."),

        /** It is late. */
        DELAYED(
                "delayed",
                "Delayed",
                "has not been delivered yet to",
                "You need not do anything: it is tried again until "),

        /** The next hop has it, and will say nothing of it. */
        RELAYED(
                "relayed",
                "Handed on",
                "was handed on for",
                "The server that has it now sends no such notices."),

        /** It was delivered. */
        DELIVERED("delivered", "Delivered", "was delivered to", "");

        private final String action;
        private final String subject;
        private final String says;
        private final String ends;

        Kind(String action, String subject, String says, String ends) {
            this.action = action;
            this.subject = subject;
            this.says = says;
            this.ends = ends;
        }
    }

    /**
     * @param whom numbers of recipients, and what was said of each
     * @param end when it is given up
     * @param ownName of this server
     */
    Report(
            Kind kind,
            Kept about,
            SortedMap<Integer, Said> whom,
            Instant end,
            String ownName,
            Instant now)
            throws IOException {
        this.kind = kind;
        this.about = about;
        this.whom = whom;
        this.end = end;
        this.ownName = ownName;
        this.now = now;
        isWhole = kind == Kind.FAILED && isWholeWanted(about);
        Part part = new Part(OutputStream.nullOutputStream(), !isWhole);
        about.copyTo(part);
        Envelope envelope = about.envelope();
        boolean isUtf8Message = envelope.smtpUtf8() && part.hasEightBitHeader();
        isGlobal = isUtf8Message || !isAscii(addresses(envelope));
        hasEightBit = part.hasEightBit() || isGlobal;
    }

    private static boolean isWholeWanted(Kept about) {
        Parameters parameters = about.envelope().parameters();
        if (parameters.has("requiretls")) {
            return false; // RFC 8689 section 5: the report may go where the message may not
        }
        String wish = parameters.get("ret").orElse("");
        return wish.isEmpty() ? about.length() <= LARGEST_UNASKED : wish.equalsIgnoreCase("FULL");
    }

    private String addresses(Envelope envelope) {
        StringBuilder all = new StringBuilder(envelope.sender().format());
        whom.keySet().forEach(n -> all.append(envelope.recipients().get(n).address().format()));
        return all.toString();
    }

    /** Its own envelope: from nobody, so that no report is ever about a report. */
    Envelope envelope() {
        Envelope original = about.envelope();
        Envelope.To sender = new Envelope.To(original.sender(), Parameters.NONE);
        return new Envelope(
                now,
                "",
                Address.NULL,
                Parameters.NONE,
                hasEightBit ? BodyType.EIGHT_BIT_MIME : BodyType.SEVEN_BIT,
                isGlobal,
                ourselves(),
                List.of(sender));
    }

    private MailClient ourselves() {
        InetAddress here = InetAddress.getLoopbackAddress();
        return new MailClient(ownName, here, here.getHostAddress(), 0, "localhost", ownName, true);
    }

    /** Octets of it, about. */
    long size() {
        return 4096 + (isWhole ? about.length() : 0);
    }

    /** Writes it with LF line ends. */
    void writeTo(OutputStream out) throws IOException {
        String boundary = "report-" + UUID.randomUUID();
        String mark = "\n--" + boundary + "\n";
        StringBuilder text = new StringBuilder(2048).append(header(boundary)).append(mark);
        text.append(
                partHeader("text/plain; charset=" + (isGlobal ? "utf-8" : "us-ascii"), isGlobal));
        text.append(words()).append(mark);
        text.append(
                partHeader(
                        isGlobal ? "message/global-delivery-status" : "message/delivery-status",
                        isGlobal));
        text.append(messageFields());
        whom.forEach((number, said) -> text.append('\n').append(recipientFields(number, said)));
        text.append(mark).append(partHeader(returnedType(), hasEightBit));
        out.write(text.toString().getBytes(StandardCharsets.UTF_8));
        about.copyTo(new Part(out, !isWhole));
        out.write(("\n--" + boundary + "--\n").getBytes(StandardCharsets.US_ASCII));
    }

    private String returnedType() {
        if (isGlobal) {
            return isWhole ? "message/global" : "message/global-headers";
        }
        return isWhole ? "message/rfc822" : "text/rfc822-headers";
    }

    private static String partHeader(String type, boolean eightBit) {
        String encoding = eightBit ? "Content-Transfer-Encoding: 8bit\n" : "";
        return "Content-Type: " + type + "\n" + encoding + "\n";
    }

    private String header(String boundary) {
        return "Date: "
                + DATE.format(now)
                + "\nFrom: Mail server <MAILER-DAEMON@"
                + ownName
                + ">\nTo: "
                + about.envelope().sender().format()
                + "\nSubject: "
                + kind.subject
                + ": your message\nMessage-ID: <"
                + UUID.randomUUID()
                + "@"
                + ownName
                + ">\nAuto-Submitted: auto-replied\nMIME-Version: 1.0\n"
                + "Content-Type: multipart/report; report-type="
                + (isGlobal ? "global-delivery-status" : "delivery-status")
                + ";\n\tboundary=\""
                + boundary
                + "\"\n"
                + (hasEightBit ? "Content-Transfer-Encoding: 8bit\n" : "");
    }

    private String words() {
        StringBuilder text = new StringBuilder();
        text.append("This is the mail server ").append(ownName).append(".\n\nYour message of ");
        text.append(DATE.format(about.envelope().arrival())).append("\n").append(kind.says);
        text.append("\n\n");
        whom.forEach(
                (number, said) ->
                        text.append("  ")
                                .append(to(number).address().format())
                                .append("\n      ")
                                .append(line(said.shown()))
                                .append('\n'));
        String until = kind == Kind.DELAYED ? DATE.format(end) + "." : "";
        return text.append('\n').append(kind.ends).append(until).append('\n').toString();
    }

    private String messageFields() {
        String envelopeId =
                about.envelope()
                        .parameters()
                        .get("envid")
                        .map(value -> "Original-Envelope-Id: " + decoded(value) + "\n")
                        .orElse("");
        String arrival = DATE.format(about.envelope().arrival());
        return "Reporting-MTA: dns; "
                + ownName
                + "\n"
                + envelopeId
                + "Arrival-Date: "
                + arrival
                + "\n";
    }

    private String recipientFields(int number, Said said) {
        StringBuilder fields = new StringBuilder();
        original(to(number).parameters())
                .ifPresent(
                        value -> fields.append("Original-Recipient: ").append(value).append('\n'));
        String address = to(number).address().format();
        fields.append("Final-Recipient: ").append(isAscii(address) ? "rfc822; " : "utf-8; ");
        fields.append(address, 1, address.length() - 1);
        fields.append("\nAction: ").append(kind.action);
        fields.append("\nStatus: ").append(said.status()).append('\n');
        if (said.isReply()) {
            fields.append(remote(said.place()));
            String reply = said.code() + " " + said.status() + " " + said.text();
            fields.append("Diagnostic-Code: smtp; ").append(line(reply)).append('\n');
        } else {
            fields.append("Diagnostic-Code: x-qpsmtpd; ").append(line(said.text())).append('\n');
        }
        fields.append("Last-Attempt-Date: ").append(DATE.format(said.at())).append('\n');
        if (kind == Kind.DELAYED) {
            fields.append("Will-Retry-Until: ").append(DATE.format(end)).append('\n');
        }
        return fields.toString();
    }

    private Envelope.To to(int number) {
        return about.envelope().recipients().get(number);
    }

    /** RFC 3461 section 5.2.2: what ORCPT says, decoded. */
    private static Optional<String> original(Parameters parameters) {
        return parameters
                .get("orcpt")
                .filter(value -> value.indexOf(';') > 0)
                .map(
                        value -> {
                            int type = value.indexOf(';');
                            String address = decoded(value.substring(type + 1));
                            return line(value.substring(0, type)) + "; " + address;
                        });
    }

    private static String decoded(String xtext) {
        return line(XText.decode(xtext).orElse(xtext));
    }

    /** Where it was, without the port; nothing for a socket in the file system. */
    private static String remote(String place) {
        int port = place.lastIndexOf(':');
        if (place.startsWith("/") || port < 0) {
            return "";
        }
        String host = place.substring(0, port);
        boolean isNumber = host.matches("[0-9.]+");
        return "Remote-MTA: dns; " + (isNumber ? "[" + host + "]" : host) + "\n";
    }

    /** What may stand in a field: no line ends and other controls. */
    private static String line(String text) {
        return text.replaceAll("\\p{Cntrl}", " ");
    }

    private static boolean isAscii(String text) {
        return text.chars().allMatch(c -> c < 128);
    }
}
