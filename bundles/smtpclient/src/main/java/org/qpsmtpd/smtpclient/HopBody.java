package org.qpsmtpd.smtpclient;

import java.io.IOException;
import java.util.Optional;

/**
 * Hands over a message whose envelope was taken: by BDAT where CHUNKING is offered (RFC 3030), else
 * by DATA. Its first field goes as a chunk of its own, and the rest only when that was taken: what
 * does not know BDAT, whatever it offers, would read the message for commands.
 */
final class HopBody {
    private static final String DATA = "DATA";

    private final HopConnection connection;
    private final Outgoing message;
    private final int firstLength;

    HopBody(NextHop hop, HopOffers offers, HopConnection connection, Outgoing message) {
        this.connection = connection;
        this.message = message;
        boolean canChunk =
                !hop.isLmtp() && offers.takesChunks() && connection.extensions().has("CHUNKING");
        firstLength = canChunk ? message.firstField().length : 0;
    }

    /** The command that asks for the message; absent where its first chunk does. */
    Optional<String> command() {
        return firstLength == 0 ? Optional.of(DATA) : Optional.empty();
    }

    /**
     * Asks whether the message is wanted.
     *
     * @param early the reply to {@link #command} when that was said with the envelope
     * @return the reply when it is not
     */
    Optional<HopReply> refusal(Optional<HopReply> early) throws NextHopException {
        if (firstLength == 0) {
            HopReply go = early.isPresent() ? early.get() : connection.command(DATA);
            return go.isIntermediate() ? Optional.empty() : Optional.of(go);
        }
        connection.send("BDAT " + firstLength);
        connection.write(message.firstField());
        connection.flush();
        HopReply first = connection.readReply();
        if (first.isUnknownCommand()) {
            throw new NextHopException.Chunks(first.shown());
        }
        return first.isPositive() ? Optional.empty() : Optional.of(first);
    }

    /**
     * Sends it.
     *
     * @throws NextHopException when the next hop cannot be written to
     * @throws BareLineEndException when the message must not be sent
     * @throws IOException when the message cannot be read, or is not what it was
     */
    void send() throws IOException {
        if (firstLength == 0) {
            message.writeTo(connection.data());
            connection.setEndSent();
            connection.send(".");
            return;
        }
        connection.send("BDAT " + (message.size() - firstLength) + " LAST");
        if (message.size() == firstLength) {
            connection.setEndSent();
        }
        LastChunk chunk = new LastChunk(connection, firstLength, message.size());
        message.copyTo(chunk);
        chunk.finish();
    }
}
