package org.qpsmtpd.plugin.queue.quarantine;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.qpsmtpd.api.program.ProgramEnd;
import org.qpsmtpd.api.session.Connection;
import org.qpsmtpd.api.session.Recipient;
import org.qpsmtpd.api.session.Transaction;
import org.qpsmtpd.maildir.MaildirDelivery;

/**
 * A message in quarantine: a file of fields about it, of which {@value #LAST} is the last, and the
 * message behind them.
 *
 * @param file where it is
 * @param top its fields, without line ends
 * @param start where the message begins, in octets
 */
record Kept(Path file, List<String> top, long start) {
    static final String LAST = "X-Quarantine-Message: follows";
    private static final String SENDER = "Return-Path: ";
    private static final String MAILBOX = "Delivered-To: ";
    private static final String RECIPIENT = "X-Quarantine-Recipient: ";
    private static final String REASON = "X-Quarantine-Reason: ";
    private static final String CLIENT = "X-Quarantine-Client: ";
    private static final String TIME = "X-Quarantine-Time: ";
    private static final int LONGEST_TOP = 1024 * 1024;

    /** The fields of a message that comes into quarantine; lines that end in LF. */
    static String topOf(Transaction transaction) {
        Connection client = transaction.connection();
        StringBuilder top = new StringBuilder(512);
        top.append(MaildirDelivery.envelope(transaction.sender(), transaction.recipients()));
        for (Recipient recipient : transaction.recipients()) {
            top.append(RECIPIENT).append(recipient.address().format()).append('\n');
        }
        for (String reason : transaction.quarantineReasons()) {
            top.append(REASON).append(ProgramEnd.oneLine(reason)).append('\n');
        }
        String name = client.remoteHost() + " helo " + client.helloHost();
        top.append(CLIENT).append(ProgramEnd.oneLine(client.remoteIp() + " " + name)).append('\n');
        top.append(TIME).append(client.clock().now()).append('\n');
        return top.append(LAST).append('\n').toString();
    }

    /**
     * Reads the fields of a file.
     *
     * @throws IOException when it cannot be read, or is none of this plugin's
     */
    static Kept read(Path file) throws IOException {
        List<String> top = new ArrayList<>();
        StringBuilder line = new StringBuilder();
        try (InputStream in = new BufferedInputStream(Files.newInputStream(file))) {
            for (int at = 1; at <= LONGEST_TOP; at++) {
                int octet = in.read();
                if (octet < 0) {
                    break;
                }
                if (octet != '\n') {
                    line.append((char) octet);
                    continue;
                }
                top.add(utf8(line));
                if (line.toString().equals(LAST)) {
                    return new Kept(file, List.copyOf(top), at);
                }
                line.setLength(0);
            }
        }
        throw new IOException(file + ": is no message that was put into quarantine");
    }

    private static String utf8(StringBuilder octets) {
        byte[] line = octets.toString().getBytes(StandardCharsets.ISO_8859_1);
        return new String(line, StandardCharsets.UTF_8);
    }

    /** What it is called at the console. */
    String id() {
        return id(file);
    }

    /** What stands before the marks that a reader of the maildir makes. */
    static String id(Path file) {
        String name = String.valueOf(file.getFileName());
        int colon = name.indexOf(':');
        return colon < 0 ? name : name.substring(0, colon);
    }

    private List<String> values(String field) {
        return top.stream()
                .filter(line -> line.startsWith(field))
                .map(line -> line.substring(field.length()))
                .toList();
    }

    private String value(String field) {
        return String.join("; ", values(field));
    }

    /** The sender's address without brackets; empty for the null sender. */
    String sender() {
        return bare(value(SENDER));
    }

    /** The recipients' addresses without brackets. */
    List<String> recipients() {
        return values(RECIPIENT).stream().map(Kept::bare).toList();
    }

    private static String bare(String path) {
        boolean hasBrackets = path.startsWith("<") && path.endsWith(">");
        return hasBrackets ? path.substring(1, path.length() - 1) : path;
    }

    /** One line about it. */
    String summary() {
        return id()
                + "  "
                + value(TIME)
                + "  <"
                + sender()
                + "> -> "
                + String.join(", ", recipients())
                + "  "
                + value(CLIENT)
                + "  "
                + value(REASON);
    }

    /** The fields with which it begins in a maildir where it is delivered; lines end in LF. */
    String envelope() {
        StringBuilder envelope = new StringBuilder();
        for (String line : top) {
            if (line.startsWith(SENDER) || line.startsWith(MAILBOX)) {
                envelope.append(line).append('\n');
            }
        }
        return envelope.toString();
    }

    /** Octets of the message. */
    long size() throws IOException {
        return Math.max(0, Files.size(file) - start);
    }

    /** Opens the message, behind the fields; its lines end in LF. */
    InputStream open() throws IOException {
        InputStream in = Files.newInputStream(file);
        try {
            in.skipNBytes(start);
            return in;
        } catch (IOException e) {
            in.close();
            throw e;
        }
    }

    /** Writes the message. */
    void writeTo(OutputStream out) throws IOException {
        try (InputStream in = open()) {
            in.transferTo(out);
        }
    }
}
