package org.qpsmtpd.plugin.rspamd;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CompletionStage;
import org.qpsmtpd.api.net.HostName;
import org.qpsmtpd.api.peer.Exchange;
import org.qpsmtpd.api.peer.Outgoing;
import org.qpsmtpd.api.peer.Peer;
import org.qpsmtpd.api.session.Connection;
import org.qpsmtpd.api.session.Recipient;
import org.qpsmtpd.api.session.Transaction;
import org.qpsmtpd.http.HttpAnswer;
import org.qpsmtpd.http.HttpReader;

/** Asks rspamd: {@code POST /checkv2}. */
final class Rspamd {
    private static final int LONGEST_VALUE = 1000;
    private static final String UNKNOWN = "Unknown";

    private final Peer peer;
    private final boolean passesAll;

    /**
     * @param passesAll whether rspamd goes through all its rules also when it is sure
     */
    Rspamd(Peer peer, boolean passesAll) {
        this.peer = peer;
        this.passesAll = passesAll;
    }

    /**
     * Asks.
     *
     * @param recipients for whom
     * @param settings id of the settings that count; empty for those that rspamd finds
     * @param message as it is to be queued
     */
    CompletionStage<RspamdAnswer> ask(
            Transaction transaction,
            List<Recipient> recipients,
            String settings,
            Outgoing message) {
        StringBuilder head = new StringBuilder("POST /checkv2 HTTP/1.1\r\nHost: rspamd\r\n");
        field(head, "Content-Length", String.valueOf(message.size()));
        client(head, transaction.connection());
        envelope(head, transaction, recipients);
        field(head, "Settings-ID", settings);
        if (passesAll) {
            field(head, "Pass", "all");
        }
        byte[] octets = head.append("\r\n").toString().getBytes(StandardCharsets.UTF_8);
        Exchange<HttpAnswer> exchange =
                Exchange.of(
                        Outgoing.all(List.of(Outgoing.of(octets), message)),
                        HttpReader.upTo(HttpAnswer.USUAL_MOST));
        return peer.ask(exchange).thenApply(answer -> RspamdAnswer.parse(answer.text()));
    }

    private static void client(StringBuilder head, Connection connection) {
        field(head, "IP", connection.remoteIp());
        field(head, "Helo", connection.helloHost());
        String host = connection.remoteHost();
        field(head, "Hostname", host.equals(UNKNOWN) ? "" : host);
        field(head, "User", connection.authUser());
        field(head, "MTA-Name", connection.config().value("me").orElseGet(HostName::ofThisMachine));
        connection
                .tls()
                .ifPresent(
                        tls -> {
                            field(head, "TLS-Cipher", tls.cipher());
                            field(head, "TLS-Version", tls.protocol());
                        });
    }

    private static void envelope(
            StringBuilder head, Transaction transaction, List<Recipient> recipients) {
        field(head, "Queue-Id", transaction.id());
        field(head, "From", transaction.sender().format());
        for (Recipient recipient : recipients) {
            field(head, "Rcpt", recipient.address().format());
        }
        if (recipients.size() == 1) {
            field(head, "Deliver-To", recipients.get(0).address().comparable());
        }
    }

    /** Adds a field, unless its value is empty; what is no part of a line becomes {@code ?}. */
    private static void field(StringBuilder head, String name, String value) {
        if (value.isEmpty()) {
            return;
        }
        head.append(name).append(": ");
        value.codePoints()
                .limit(LONGEST_VALUE)
                .forEach(c -> head.appendCodePoint(Character.isISOControl(c) ? '?' : c));
        head.append("\r\n");
    }
}
