package org.qpsmtpd.plugin.auth.authdovecot;

import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import org.qpsmtpd.api.peer.PeerFailure;

/**
 * What Dovecot says of a request.
 *
 * @param kind what it comes to
 * @param user who it is; empty where Dovecot does not say
 * @param reason of a failure, in Dovecot's words; may be empty
 * @param base64 a challenge, or what goes to the client with success; may be empty
 */
record Reply(Kind kind, String user, String reason, String base64) {
    private static final Base64.Decoder DECODER = Base64.getDecoder();

    Reply {
        try {
            DECODER.decode(base64);
        } catch (IllegalArgumentException e) {
            throw new PeerFailure(PeerFailure.Kind.FAULT, "Dovecot sends no base64");
        }
    }

    byte[] octets() {
        return DECODER.decode(base64);
    }

    enum Kind {
        OK,
        CONTINUE,
        FAILED,
        DEFERRED
    }

    /**
     * Reads a line.
     *
     * @return absent when it is about another request
     * @throws PeerFailure when what should be base64 is not
     */
    static Optional<Reply> parse(String line, String id) {
        List<String> words = List.of(line.split("\t", -1));
        boolean isReply = List.of("OK", "CONT", "FAIL").contains(words.get(0));
        if (!isReply || words.size() < 2 || !words.get(1).equals(id)) {
            return Optional.empty();
        }
        return Optional.of(
                switch (words.get(0)) {
                    case "OK" -> new Reply(Kind.OK, value("user", words), "", value("resp", words));
                    case "CONT" ->
                            new Reply(Kind.CONTINUE, "", "", words.size() > 2 ? words.get(2) : "");
                    default -> failure(words);
                });
    }

    private static Reply failure(List<String> words) {
        boolean isTemporary = words.contains("temp") || value("code", words).equals("temp_fail");
        List<String> reasons = new ArrayList<>();
        for (String name : List.of("code", "reason")) {
            if (!value(name, words).isEmpty()) {
                reasons.add(value(name, words));
            }
        }
        return new Reply(
                isTemporary ? Kind.DEFERRED : Kind.FAILED,
                value("user", words),
                String.join(", ", reasons),
                "");
    }

    private static String value(String name, List<String> words) {
        for (String word : words.subList(2, words.size())) {
            if (word.startsWith(name + "=")) {
                return unescaped(word.substring(name.length() + 1));
            }
        }
        return "";
    }

    /** Dovecot writes a control character as 1 and a letter; it becomes a question mark. */
    private static String unescaped(String text) {
        return text.replaceAll("\u0001.?", "?").replaceAll("\\p{Cntrl}", "?");
    }

    @Override
    public String toString() {
        return kind + " " + user;
    }
}
