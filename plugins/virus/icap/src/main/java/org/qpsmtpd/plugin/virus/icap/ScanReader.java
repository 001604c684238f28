package org.qpsmtpd.plugin.virus.icap;

import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.qpsmtpd.api.peer.AnswerReader;

/**
 * Reads the answer about a message, and no more of it than is needed to know: what is not the
 * message comes with the first octet that differs in number.
 */
final class ScanReader implements AnswerReader<IcapAnswer> {
    private static final int CONTINUE = 100;
    private static final int OK = 200;
    private static final int UNMODIFIED = 204;
    private static final Pattern HTTP = Pattern.compile("HTTP/1\\.[01] ([1-5][0-9][0-9])[ \r\n]");

    private final boolean isRequest;
    private final Sent sent;
    private final Block block = new Block();
    private final Chunked chunks = new Chunked();
    private @Nullable Head head;
    private @Nullable Encapsulated parts;
    private boolean isInBody;
    private boolean wantsRest;
    private boolean isLast;

    /**
     * @param isRequest whether the message was sent as a request
     * @param sent what was sent of the message
     */
    ScanReader(boolean isRequest, Sent sent) {
        this.isRequest = isRequest;
        this.sent = sent;
    }

    @Override
    public boolean wantsRest() {
        return wantsRest;
    }

    @Override
    public boolean isLast() {
        return isLast;
    }

    @Override
    public Optional<IcapAnswer> read(ByteBuffer octets) {
        Optional<IcapAnswer> answer = Optional.empty();
        while (answer.isEmpty() && octets.hasRemaining()) {
            answer = step(octets);
        }
        return answer;
    }

    private Optional<IcapAnswer> step(ByteBuffer octets) {
        Head known = head;
        Encapsulated follows = parts;
        if (known == null || follows == null) {
            return block.readHeader(octets) ? begin(Head.parse(block.take())) : Optional.empty();
        }
        if (!isInBody) {
            return block.readOctets(octets, follows.bodyAt())
                    ? message(known, follows, block.take())
                    : Optional.empty();
        }
        boolean isWhole = chunks.read(octets);
        if (isWhole || chunks.body().length() > sent.length()) {
            isLast |= !isWhole;
            return answer(known, "", !chunks.body().equalTo(sent));
        }
        return Optional.empty();
    }

    private Optional<IcapAnswer> begin(Head next) {
        if (next.status() == CONTINUE && !wantsRest) {
            wantsRest = true;
            return Optional.empty();
        }
        if (next.status() != OK && next.status() != UNMODIFIED) {
            throw Text.fault("it answers " + next.status() + " " + next.reason());
        }
        isLast = next.endsConnection();
        String threat = Threat.in(next);
        Encapsulated follows = Encapsulated.parse(next.value("Encapsulated"));
        if (next.status() == UNMODIFIED) {
            return answer(next, threat, false);
        }
        if (!threat.isEmpty()) {
            isLast = true; // what it would send in the place of the message is not wanted
            return answer(next, threat, false);
        }
        head = next;
        parts = follows;
        return follows.bodyAt() == 0 ? message(next, follows, "") : Optional.empty();
    }

    /**
     * Judges the header that comes back.
     *
     * @param headers those of HTTP
     */
    private Optional<IcapAnswer> message(Head known, Encapsulated follows, String headers) {
        if (isRefusal(follows, headers)) {
            isLast = true;
            return answer(known, Threat.UNNAMED, false);
        }
        if (!follows.hasBody()) {
            return answer(known, "", true);
        }
        isInBody = true;
        return Optional.empty();
    }

    /** A request is passed on as a request; an answer is passed on as one of the same status. */
    private boolean isRefusal(Encapsulated follows, String headers) {
        if (follows.answerAt() < 0) {
            return false;
        }
        Matcher http = HTTP.matcher(headers);
        http.region(Math.min(follows.answerAt(), headers.length()), headers.length());
        if (!http.lookingAt()) {
            throw Text.fault("its answer holds no answer of HTTP");
        }
        return isRequest || Integer.parseInt(http.group(1)) != OK;
    }

    private static Optional<IcapAnswer> answer(Head known, String threat, boolean isModified) {
        return Optional.of(new IcapAnswer(threat, isModified, known.value("ISTag")));
    }
}
