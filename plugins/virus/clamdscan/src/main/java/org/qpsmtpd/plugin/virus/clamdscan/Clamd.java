package org.qpsmtpd.plugin.virus.clamdscan;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import org.qpsmtpd.api.peer.Exchange;
import org.qpsmtpd.api.peer.Outgoing;
import org.qpsmtpd.api.peer.Peer;
import org.qpsmtpd.api.peer.PeerFailure;
import org.qpsmtpd.api.peer.TextAnswer;
import org.qpsmtpd.api.scan.VirusReport;
import org.qpsmtpd.api.session.MessageBody;

/** Asks clamd; commands and answers end with NUL. */
final class Clamd {
    private static final int LONGEST_ANSWER = 8 * 1024;
    private static final String FOUND = " FOUND";

    private final Peer peer;

    Clamd(Peer peer) {
        this.peer = peer;
    }

    /** Sends the message; completes with the name of a virus, or with nothing. */
    CompletionStage<Optional<String>> stream(MessageBody body) {
        return ask(Outgoing.all(List.of(command("INSTREAM"), Chunks.of(Outgoing.received(body)))))
                .thenApply(Clamd::found);
    }

    /** Has clamd read the message's file. */
    CompletionStage<Optional<String>> file(MessageBody body) throws IOException {
        return ask(command("SCAN " + body.file().toAbsolutePath())).thenApply(Clamd::found);
    }

    /** Passes the message's file as it was opened here; clamd needs no right to it. */
    CompletionStage<Optional<String>> passed(MessageBody body) throws IOException {
        return peer.ask(exchange(command("FILDES")).passing(body.file())).thenApply(Clamd::found);
    }

    /** Completes with what clamd says of itself: {@code ClamAV 1.4.3/27800/DATE}. */
    CompletionStage<String> version() {
        return ask(command("VERSION"));
    }

    private CompletionStage<String> ask(Outgoing question) {
        return peer.ask(exchange(question));
    }

    private static Exchange<String> exchange(Outgoing question) {
        return Exchange.of(
                question,
                () -> TextAnswer.upTo((byte) 0, LONGEST_ANSWER, StandardCharsets.ISO_8859_1));
    }

    private static Outgoing command(String command) {
        return Outgoing.of(("z" + command + "\0").getBytes(StandardCharsets.UTF_8));
    }

    /**
     * Reads an answer: {@code PLACE: OK} or {@code PLACE: NAME FOUND}.
     *
     * @throws PeerFailure when it is another
     */
    static Optional<String> found(String answer) {
        String text = answer.strip();
        int colon = text.indexOf(": ");
        if (text.endsWith(": OK")) {
            return Optional.empty();
        }
        if (text.endsWith(FOUND) && colon > 0) {
            int start = text.lastIndexOf(": ", text.length() - FOUND.length()) + 2;
            return Optional.of(
                    VirusReport.name(text.substring(start, text.length() - FOUND.length())));
        }
        throw new PeerFailure(PeerFailure.Kind.FAULT, "clamd says '" + text + "'" + remedy(text));
    }

    private static String remedy(String text) {
        if (text.contains("size limit exceeded")) {
            return "; raise StreamMaxLength in clamd.conf, or lower max_size";
        }
        boolean isFile = text.contains("failed:") || text.contains("denied");
        return isFile
                ? "; clamd must be able to read the spool directory, or scan_by fdpass or stream"
                : "";
    }
}
