package org.qpsmtpd.plugin.milter;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.qpsmtpd.api.mail.Address;
import org.qpsmtpd.api.net.HostName;
import org.qpsmtpd.api.session.Connection;
import org.qpsmtpd.api.session.Recipient;
import org.qpsmtpd.api.session.Transaction;

/** What is known of a client and its message, under Sendmail's names. Immutable. */
final class Macros {
    /** Those that a filter is given that does not say which it wants. */
    static final Map<Stage, List<String>> USUAL =
            Map.of(
                    Stage.CONNECT,
                    names(
                            "j _ v {daemon_name} {daemon_addr} {daemon_port} {if_name} {if_addr}"
                                    + " {client_addr} {client_name} {client_port} {client_ptr}"),
                    Stage.HELO,
                    names("{tls_version} {cipher}"),
                    Stage.MAIL,
                    names(
                            "i {auth_type} {auth_authen} {tls_version} {cipher} {mail_addr}"
                                    + " {mail_host}"),
                    Stage.RCPT,
                    names("i {rcpt_addr} {rcpt_host}"),
                    Stage.DATA,
                    names("i {nrcpts}"),
                    Stage.END_OF_HEADER,
                    names("i"),
                    Stage.END,
                    names("i {msg_id}"));

    private static final char LETTER = 'D';
    private static final String NO_NAME = "Unknown";
    private static final int LONGEST = 1_000;

    private final Map<String, String> values;

    private Macros(Map<String, String> values) {
        this.values = Map.copyOf(values);
    }

    private static List<String> names(String text) {
        return List.of(text.split(" "));
    }

    /**
     * What is known of a client.
     *
     * @param daemonName empty for the name of the server
     */
    static Macros of(Connection connection, String daemonName) {
        Map<String, String> values = new HashMap<>();
        String me = connection.config().value("me").orElseGet(HostName::ofThisMachine);
        values.put("j", me);
        values.put("v", "qpsmtpd");
        values.put("{daemon_name}", daemonName.isEmpty() ? me : daemonName);
        values.put("{daemon_addr}", connection.localIp());
        values.put("{daemon_port}", port(connection.localPort()));
        values.put("{if_name}", me);
        values.put("{if_addr}", connection.localIp());
        values.put("_", connection.remoteInfo().replace(NO_NAME, "") + literal(connection));
        values.put("{client_addr}", connection.remoteIp());
        values.put("{client_name}", clientName(connection));
        values.put("{client_port}", port(connection.remotePort()));
        values.put("{client_ptr}", connection.remoteHost().replace(NO_NAME, ""));
        values.put("{auth_type}", connection.authMechanism());
        values.put("{auth_authen}", connection.authUser());
        connection
                .tls()
                .ifPresent(
                        tls -> {
                            values.put("{tls_version}", tls.protocol());
                            values.put("{cipher}", tls.cipher());
                        });
        return new Macros(values);
    }

    private static String literal(Connection connection) {
        boolean isNamed = !connection.remoteInfo().equals(NO_NAME);
        return (isNamed ? " " : "") + "[" + connection.remoteIp() + "]";
    }

    private static String port(int port) {
        return port == 0 ? "" : Integer.toString(port);
    }

    /** The client's name, or its address in brackets. */
    static String clientName(Connection connection) {
        String name = connection.remoteHost();
        return name.equals(NO_NAME) ? "[" + connection.remoteIp() + "]" : name;
    }

    /** The same with what is known of a message. */
    Macros with(Transaction transaction, Address sender) {
        Map<String, String> more = new HashMap<>(values);
        more.put("i", transaction.id());
        more.put("{mail_addr}", sender.address());
        more.put("{mail_host}", sender.host());
        more.put("{nrcpts}", Integer.toString(transaction.recipients().size()));
        more.put("{msg_id}", transaction.headers().messageId());
        return new Macros(more);
    }

    /** The same with a recipient. */
    Macros with(Recipient recipient) {
        Map<String, String> more = new HashMap<>(values);
        more.put("{rcpt_addr}", recipient.address().address());
        more.put("{rcpt_host}", recipient.address().host());
        return new Macros(more);
    }

    /** What goes before a stage: nothing when none of its macros is known. */
    byte[] octets(Stage stage, Terms terms) {
        List<String> names = terms.macros().get(stage);
        List<String> texts = new ArrayList<>();
        texts.add("");
        for (String name : names == null ? USUAL.getOrDefault(stage, List.of()) : names) {
            String value = value(name);
            if (value != null) {
                texts.add(name);
                texts.add(value);
            }
        }
        if (texts.size() == 1) {
            return new byte[0];
        }
        byte[] data = Packet.texts(texts.toArray(String[]::new));
        data[0] = (byte) stage.letter; // in the place of the NUL behind the first, empty text
        return new Packet(LETTER, data).octets();
    }

    /** A name of one letter is the same with and without braces. */
    private @Nullable String value(String name) {
        boolean isBraced = name.startsWith("{") && name.endsWith("}");
        String plain = isBraced && name.length() == 3 ? name.substring(1, 2) : name;
        String value = values.get(plain.length() > 1 && !isBraced ? "{" + plain + "}" : plain);
        if (value == null || value.isEmpty()) {
            return null;
        }
        return value.substring(0, Math.min(LONGEST, value.length()));
    }
}
