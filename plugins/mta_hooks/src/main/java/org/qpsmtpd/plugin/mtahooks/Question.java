package org.qpsmtpd.plugin.mtahooks;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.qpsmtpd.api.filter.ShownHeader;
import org.qpsmtpd.api.peer.Outgoing;
import org.qpsmtpd.api.session.Transaction;
import org.qpsmtpd.http.Json;

/** Makes what a service is asked: a request of HTTP with an object of JSON. */
record Question(ServiceUrl url, String authorization) {
    /** What of the body is told. */
    enum Body {
        TEXT,
        RAW_BASE64,
        NONE
    }

    /**
     * About a client.
     *
     * @param context as {@link Facts#context} makes it
     */
    Outgoing about(Map<String, Object> context) {
        return whole(text("{\"context\":" + Json.write(context) + "}"));
    }

    /** About a client and an envelope. */
    Outgoing about(Map<String, Object> context, Map<String, Object> envelope) {
        return whole(text(start(context, envelope) + "}"));
    }

    /**
     * About a message.
     *
     * @param header as it is shown
     * @throws IOException when the body cannot be read
     */
    Outgoing about(
            Map<String, Object> context,
            Map<String, Object> envelope,
            Transaction transaction,
            ShownHeader header,
            Body body)
            throws IOException {
        StringBuilder start = new StringBuilder(start(context, envelope));
        start.append(",\"message\":{\"headers\":").append(Json.write(fields(header.octets())));
        List<byte[]> ours = header.hiddenOctets();
        if (!ours.isEmpty()) {
            start.append(",\"serverHeaders\":").append(Json.write(fields(ours)));
        }
        start.append(",\"size\":").append(transaction.messageSize());
        return switch (body) {
            case NONE -> whole(text(start + ",\"contents\":null}}"));
            case TEXT -> whole(quoted(start, "contents", Contents.text(transaction.body())));
            case RAW_BASE64 ->
                    whole(
                            quoted(
                                    start,
                                    "rawMessage",
                                    Contents.base64(Outgoing.message(transaction))));
        };
    }

    private static String start(Map<String, Object> context, Map<String, Object> envelope) {
        return "{\"context\":" + Json.write(context) + ",\"envelope\":" + Json.write(envelope);
    }

    private static Outgoing quoted(StringBuilder start, String name, Outgoing inside) {
        return Outgoing.all(List.of(text(start + ",\"" + name + "\":\""), inside, text("\"}}")));
    }

    /** Names and values as they came, with blanks, folds and the line end. */
    private static List<List<String>> fields(List<byte[]> octets) {
        List<List<String>> fields = new ArrayList<>();
        for (byte[] each : octets) {
            int colon = new String(each, ISO_8859_1).indexOf(':');
            fields.add(
                    List.of(
                            new String(each, 0, colon, UTF_8).stripTrailing(),
                            new String(each, colon + 1, each.length - colon - 1, UTF_8)));
        }
        return fields;
    }

    private static Outgoing text(String text) {
        return Outgoing.of(text.getBytes(UTF_8));
    }

    private Outgoing whole(Outgoing json) {
        String head =
                "POST "
                        + url.target()
                        + " HTTP/1.1\r\nHost: "
                        + url.authority()
                        + "\r\nUser-Agent: qpsmtpd\r\nAccept: application/json\r\n"
                        + "Content-Type: application/json\r\n"
                        + (authorization.isEmpty()
                                ? ""
                                : "Authorization: " + authorization + "\r\n")
                        + "Content-Length: "
                        + json.size()
                        + "\r\n\r\n";
        return Outgoing.all(List.of(text(head), json));
    }
}
