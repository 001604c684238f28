package org.qpsmtpd.plugin.auth.authoauth;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletionStage;
import org.qpsmtpd.api.net.Authorities;
import org.qpsmtpd.api.peer.Exchange;
import org.qpsmtpd.api.peer.Outgoing;
import org.qpsmtpd.api.peer.Peer;
import org.qpsmtpd.api.peer.PeerOptions;
import org.qpsmtpd.api.peer.PeerSettings;
import org.qpsmtpd.api.peer.Peers;
import org.qpsmtpd.api.plugin.PluginFigures.Figure;
import org.qpsmtpd.http.HttpAnswer;
import org.qpsmtpd.http.HttpReader;

/** A service of the issuer, asked by HTTP. A redirection is not followed. */
final class Service implements AutoCloseable {
    private static final Duration KEEP = Duration.ofSeconds(30);

    private final Endpoint endpoint;
    private final Peer peer;

    /** Connects to nobody yet. */
    Service(String name, Endpoint endpoint, String caFile, PeerOptions options, Peers peers) {
        this.endpoint = endpoint;
        PeerSettings settings = PeerSettings.of(List.of(endpoint.address()), options).keeping(KEEP);
        peer =
                peers.open(
                        name,
                        endpoint.isEncrypted()
                                ? settings.encrypted(Authorities.client("caFile", caFile))
                                : settings);
    }

    /** What it answers when it is only asked. */
    CompletionStage<String> get() {
        return ask("GET " + endpoint.target(), "");
    }

    /**
     * What it answers to a form.
     *
     * @param form the fields, encoded
     * @param authorization value of the field; empty without
     */
    CompletionStage<String> post(String form, String authorization) {
        String more =
                "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: "
                        + form.length()
                        + "\r\n";
        String who = authorization.isEmpty() ? "" : "Authorization: " + authorization + "\r\n";
        return ask("POST " + endpoint.target(), more + who, form);
    }

    private CompletionStage<String> ask(String verb, String fields) {
        return ask(verb, fields, "");
    }

    private CompletionStage<String> ask(String verb, String fields, String body) {
        String head =
                verb
                        + " HTTP/1.1\r\nHost: "
                        + endpoint.authority()
                        + "\r\nAccept: application/json\r\n"
                        + fields
                        + "\r\n";
        byte[] octets = (head + body).getBytes(StandardCharsets.US_ASCII);
        return peer.ask(Exchange.of(Outgoing.of(octets), HttpReader.upTo(HttpAnswer.USUAL_MOST)))
                .thenApply(HttpAnswer::text);
    }

    List<Figure> figures() {
        return peer.figures();
    }

    @Override
    public void close() {
        peer.close();
    }
}
