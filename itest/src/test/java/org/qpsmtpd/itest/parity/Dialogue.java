package org.qpsmtpd.itest.parity;

import java.util.List;
import java.util.Map;

/**
 * What a client says, to whichever server.
 *
 * @param name the name of its file without ending, a slash, and what the file calls it
 * @param setting what there must be around it
 * @param steps what the client does, in order
 */
record Dialogue(String name, Setting setting, List<Step> steps) {
    /**
     * What two servers are started with.
     *
     * @param config the config files, each with its lines
     * @param records records of the name server: a type, a name, and the rest of the record
     */
    record Setting(Map<String, List<String>> config, List<String> records) {}

    /** How a step is sent, and whether a reply is read after it. */
    enum Kind {
        /** A line, and one reply. */
        COMMAND("C:"),
        /** Octets as they are, and no reply. */
        OCTETS("C>"),
        /** Nothing, and one reply. */
        REPLY("R:"),
        /** A line of a message; after the last one the end of data, and one reply. */
        MESSAGE("M:"),
        /** A message with its own end, and one reply. */
        RAW_MESSAGE("M>"),
        /** A new connection from this address, and the greeting. */
        CONNECT("connect:");

        private final String word;

        Kind(String word) {
            this.word = word;
        }

        String word() {
            return word;
        }
    }

    /**
     * A step.
     *
     * @param text what the file says after the word, escapes unresolved
     */
    record Step(Kind kind, String text) {
        @Override
        public String toString() {
            return text.isEmpty() ? kind.word() : kind.word() + " " + text;
        }
    }

    @Override
    public String toString() {
        return name;
    }
}
