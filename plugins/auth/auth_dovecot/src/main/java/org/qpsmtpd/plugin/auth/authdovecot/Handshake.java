package org.qpsmtpd.plugin.auth.authdovecot;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.qpsmtpd.api.peer.AnswerReader;
import org.qpsmtpd.api.peer.Exchange;
import org.qpsmtpd.api.peer.Outgoing;
import org.qpsmtpd.api.peer.PeerFailure;
import org.qpsmtpd.api.peer.TextAnswer;

/** Reads what Dovecot says of itself on a new connection: the mechanisms that it has. */
final class Handshake implements AnswerReader<Set<String>> {
    /** Beyond its 8,192 octets Dovecot takes no line; with some room for its own. */
    static final int LONGEST_LINE = 16 * 1024;

    private static final int MOST_LINES = 200;
    private static final String MAJOR = "1";

    /** They are for others than clients of ours, or need what Dovecot is not told. */
    private static final Set<String> UNFIT =
            Set.of("ANONYMOUS", "EXTERNAL", "GSSAPI", "GSS-SPNEGO");

    private final Set<String> mechanisms = new LinkedHashSet<>();
    private TextAnswer line = line();
    private boolean hasVersion;
    private int lines;

    private static TextAnswer line() {
        return TextAnswer.upTo((byte) '\n', LONGEST_LINE, StandardCharsets.UTF_8);
    }

    /** The first exchange on each connection. */
    static Exchange<Set<String>> exchange() {
        String hello = "VERSION\t1\t1\nCPID\t" + ProcessHandle.current().pid() + "\n";
        return Exchange.of(Outgoing.of(hello.getBytes(StandardCharsets.US_ASCII)), Handshake::new);
    }

    @Override
    public Optional<Set<String>> read(ByteBuffer octets) {
        Optional<String> read = line.read(octets);
        while (read.isPresent()) {
            if (take(List.of(read.get().split("\t", -1)))) {
                return Optional.of(Set.copyOf(mechanisms));
            }
            line = line();
            read = octets.hasRemaining() ? line.read(octets) : Optional.empty();
        }
        return Optional.empty();
    }

    /** Whether that was the last line. */
    private boolean take(List<String> words) {
        lines++;
        if (lines > MOST_LINES) {
            throw fault("says more lines than " + MOST_LINES + " of itself");
        }
        switch (words.get(0)) {
            case "VERSION" -> version(words);
            case "MECH" -> mechanism(words);
            case "DONE" -> {
                if (!hasVersion) {
                    throw fault("does not say its version");
                }
                return true;
            }
            default -> {
                // SPID, CUID, COOKIE and what later versions add
            }
        }
        return false;
    }

    private void version(List<String> words) {
        hasVersion = words.size() > 1 && words.get(1).equals(MAJOR);
        if (!hasVersion) {
            throw fault("speaks another version than 1 of the protocol for clients");
        }
    }

    private void mechanism(List<String> words) {
        if (words.size() < 2) {
            return;
        }
        String name = words.get(1);
        boolean fits =
                name.matches("[A-Z0-9_-]{1,20}")
                        && !name.endsWith("-PLUS")
                        && !UNFIT.contains(name);
        if (fits && !words.contains("private") && !words.contains("anonymous")) {
            mechanisms.add(name);
        }
    }

    private static PeerFailure fault(String what) {
        return new PeerFailure(
                PeerFailure.Kind.FAULT,
                "Dovecot " + what + "; is the socket that of a unix_listener of its service auth?");
    }
}
