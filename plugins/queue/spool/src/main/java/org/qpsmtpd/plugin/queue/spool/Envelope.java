package org.qpsmtpd.plugin.queue.spool;

import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.qpsmtpd.api.mail.Address;
import org.qpsmtpd.api.mail.BodyType;
import org.qpsmtpd.api.mail.DeliverBy;
import org.qpsmtpd.api.mail.DeliveryNotice;
import org.qpsmtpd.api.mail.Parameters;
import org.qpsmtpd.api.net.Network;
import org.qpsmtpd.api.session.Transaction;
import org.qpsmtpd.smtpclient.MailClient;

/**
 * What is known of a message beside itself. It stands above the message in its file, and never
 * changes.
 *
 * @param arrival when it was taken
 * @param origin its id in the log of the session it came by; empty for a report
 * @param sender the null sender for a report
 * @param parameters of MAIL
 * @param recipients all that it came with, in their order
 */
record Envelope(
        Instant arrival,
        String origin,
        Address sender,
        Parameters parameters,
        BodyType bodyType,
        boolean smtpUtf8,
        MailClient client,
        List<To> recipients) {
    private static final String FIRST = "qpsmtpd-spool 1";
    private static final String LAST = "message";

    /** A recipient with the parameters of its RCPT. */
    record To(Address address, Parameters parameters) {
        Set<DeliveryNotice> wishes() {
            return DeliveryNotice.of(parameters);
        }
    }

    /** That of a message on its way in. */
    static Envelope of(Transaction transaction, Instant now) {
        return new Envelope(
                now,
                transaction.id(),
                transaction.sender(),
                transaction.mailParameters(),
                transaction.bodyType(),
                transaction.smtpUtf8(),
                MailClient.of(transaction.connection()),
                transaction.recipients().stream()
                        .map(to -> new To(to.address(), to.parameters()))
                        .toList());
    }

    /** From -9 to 9 (RFC 6710); the higher goes first. */
    int priority() {
        String value = parameters.get("mt-priority").orElse("0");
        return value.matches("[+-]?[0-9]") ? Integer.parseInt(value) : 0;
    }

    /** What BY says (RFC 2852). */
    Optional<DeliverBy> deliverBy() {
        return parameters.get("by").flatMap(DeliverBy::parse);
    }

    /** The moment that BY names. */
    Optional<Instant> due() {
        return deliverBy().map(by -> arrival.plusSeconds(by.seconds()));
    }

    /** Lines of ASCII, the last of which says that the message follows. */
    String format() {
        StringBuilder top = new StringBuilder(512).append(FIRST).append('\n');
        top.append(Words.line("arrival", arrival.toString(), origin));
        top.append(Words.line("sender", sender.user(), sender.host()));
        top.append(Words.line("body", bodyType.name(), smtpUtf8 ? "utf8" : "plain"));
        top.append(
                Words.line(
                        "client",
                        client.ownName(),
                        client.ip(),
                        String.valueOf(client.port()),
                        client.host(),
                        client.helloHost(),
                        client.isExtended() ? "ESMTP" : "SMTP"));
        if (!parameters.values().isEmpty()) {
            top.append(Words.line(words("mail", parameters)));
        }
        for (To to : recipients) {
            Address address = to.address();
            top.append(Words.line(words("to", to.parameters(), address.user(), address.host())));
        }
        return top.append(LAST).append('\n').toString();
    }

    private static String[] words(String first, Parameters parameters, String... more) {
        List<String> words = new ArrayList<>(List.of(first));
        words.addAll(List.of(more));
        new TreeMap<>(parameters.values())
                .forEach((key, value) -> words.addAll(List.of(key, value)));
        return words.toArray(String[]::new);
    }

    /**
     * Reads what {@link #format} wrote.
     *
     * @throws IOException saying what is wrong with it
     */
    static Envelope read(LineReader lines) throws IOException {
        if (!lines.next().equals(FIRST)) {
            throw new IOException("is no message of a spool");
        }
        Words arrived = Words.of(lines.next("arrival"));
        Instant arrival = arrived.time();
        String origin = arrived.next();
        Words from = Words.of(lines.next("sender"));
        Address sender = address(from);
        Words body = Words.of(lines.next("body"));
        BodyType bodyType = body.constant(BodyType.class);
        boolean smtpUtf8 = body.next().equals("utf8");
        MailClient client = client(Words.of(lines.next("client")));
        String line = lines.next();
        Parameters parameters = Parameters.NONE;
        if (line.startsWith("mail ")) {
            parameters = parameters(Words.of(line.substring("mail ".length())));
            line = lines.next();
        }
        List<To> recipients = new ArrayList<>();
        while (line.startsWith("to ")) {
            Words words = Words.of(line.substring("to ".length()));
            recipients.add(new To(address(words), parameters(words)));
            line = lines.next();
        }
        if (!line.equals(LAST) || recipients.isEmpty()) {
            throw new IOException("its envelope is damaged");
        }
        return new Envelope(
                arrival,
                origin,
                sender,
                parameters,
                bodyType,
                smtpUtf8,
                client,
                List.copyOf(recipients));
    }

    private static Address address(Words words) throws IOException {
        try {
            return new Address(words.next(), words.next());
        } catch (IllegalArgumentException e) {
            throw new IOException("an address is damaged", e);
        }
    }

    private static Parameters parameters(Words words) throws IOException {
        Map<String, String> values = new HashMap<>();
        while (words.hasNext()) {
            values.put(words.next(), words.next());
        }
        return new Parameters(values);
    }

    private static MailClient client(Words words) throws IOException {
        String ownName = words.next();
        String ip = words.next();
        try {
            return new MailClient(
                    ownName,
                    Network.parseAddress(ip),
                    ip,
                    words.number(),
                    words.next(),
                    words.next(),
                    words.next().equals("ESMTP"));
        } catch (IllegalArgumentException e) {
            throw new IOException("the client's address is damaged", e);
        }
    }
}
