package org.qpsmtpd.plugin.virus.icap;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionStage;
import org.qpsmtpd.api.peer.Exchange;
import org.qpsmtpd.api.peer.Outgoing;
import org.qpsmtpd.api.peer.Peer;

/** Asks an ICAP server (RFC 3507). */
final class Icap {
    private final Peer peer;
    private final String host;
    private final String service;
    private final boolean isRequest;
    private final boolean mayPreview;

    /**
     * @param host the server, with its port where it is not the usual one
     * @param service the path of the service
     * @param isRequest whether messages are sent as requests
     */
    Icap(Peer peer, String host, String service, boolean isRequest, boolean mayPreview) {
        this.peer = peer;
        this.host = host;
        this.service = service;
        this.isRequest = isRequest;
        this.mayPreview = mayPreview;
    }

    private String method() {
        return isRequest ? "REQMOD" : "RESPMOD";
    }

    private StringBuilder head(String method) {
        return new StringBuilder(method)
                .append(" icap://" + host + "/" + service + " ICAP/1.0\r\nHost: " + host + "\r\n")
                .append("User-Agent: qpsmtpd\r\n");
    }

    /** Asks what the service wants. */
    CompletionStage<IcapService> options() {
        Outgoing question =
                Text.octets(head("OPTIONS").append("Encapsulated: null-body=0\r\n\r\n").toString());
        return peer.ask(Exchange.of(question, IcapService.Reader::new))
                .thenApply(head -> IcapService.of(head, service, method()));
    }

    /**
     * What is sent of a message.
     *
     * @param client address of the client that brought it
     * @param me name of this server
     */
    record Mail(Outgoing message, String client, String me) {}

    /** Has a message scanned. */
    CompletionStage<IcapAnswer> scan(Mail mail, IcapService wants) {
        Sent sent = new Sent();
        Outgoing message = mail.message;
        long size = message.size();
        boolean hasPreview = mayPreview && wants.preview() >= 0;
        long first = hasPreview ? Math.min(size, wants.preview()) : size;
        List<Outgoing> question = new ArrayList<>();
        question.add(Text.octets(heads(mail, hasPreview, wants)));
        question.addAll(Slice.chunks(message, 0, first, sent));
        question.add(Text.octets(hasPreview && first == size ? "0; ieof\r\n\r\n" : "0\r\n\r\n"));
        Exchange<IcapAnswer> exchange =
                Exchange.of(Outgoing.all(question), () -> new ScanReader(isRequest, sent));
        if (first < size) {
            List<Outgoing> rest = new ArrayList<>(Slice.chunks(message, first, size, sent));
            rest.add(Text.octets("0\r\n\r\n"));
            exchange = exchange.withRest(Outgoing.all(rest));
        }
        return peer.ask(exchange);
    }

    private String heads(Mail mail, boolean hasPreview, IcapService wants) {
        String about =
                "Content-Type: message/rfc822\r\nContent-Length: "
                        + mail.message.size()
                        + "\r\n\r\n";
        String line = " http://" + mail.me + "/message.eml HTTP/1.1\r\nHost: " + mail.me + "\r\n";
        String request = isRequest ? "POST" + line + about : "GET" + line + "\r\n";
        String answer = isRequest ? "" : "HTTP/1.1 200 OK\r\n" + about;
        StringBuilder head = head(method()).append("X-Client-IP: " + mail.client + "\r\n");
        if (wants.allowsUnmodified()) {
            head.append("Allow: 204\r\n");
        }
        if (hasPreview) {
            head.append("Preview: " + wants.preview() + "\r\n");
        }
        head.append("Encapsulated: req-hdr=0, ");
        if (isRequest) {
            head.append("req-body=" + request.length());
        } else {
            int body = request.length() + answer.length();
            head.append("res-hdr=" + request.length() + ", res-body=" + body);
        }
        return head.append("\r\n\r\n").append(request).append(answer).toString();
    }
}
