package org.qpsmtpd.itest;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** A delivered message, as it lies in its file. */
public final class StoredMessage {
    private final Path file;
    private final List<String> trace;
    private final byte[] content;

    private StoredMessage(Path file, List<String> trace, byte[] content) {
        this.file = file;
        this.trace = List.copyOf(trace);
        this.content = content;
    }

    /** Reads a file. */
    static StoredMessage read(Path file) {
        try {
            return parse(file, Files.readAllBytes(file));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static StoredMessage parse(Path file, byte[] all) {
        List<String> trace = new ArrayList<>();
        int at = take(all, 0, "Return-Path:", trace);
        do {
            at = take(all, at, "Delivered-To:", trace);
        } while (startsWith(all, at, "Delivered-To:"));
        if (startsWith(all, at, "Authentication-Results:")) {
            at = take(all, at, "Authentication-Results:", trace);
        }
        at = take(all, at, "Received:", trace);
        return new StoredMessage(file, trace, Arrays.copyOfRange(all, at, all.length));
    }

    private static int take(byte[] all, int from, String name, List<String> trace) {
        assertThat(startsWith(all, from, name))
                .as("%s expected at octet %s of %s", name, from, text(all))
                .isTrue();
        int end = endOfLine(all, from);
        while (end < all.length && (all[end] == ' ' || all[end] == '\t')) {
            end = endOfLine(all, end);
        }
        trace.add(new String(all, from, end - from, StandardCharsets.UTF_8).stripTrailing());
        return end;
    }

    private static int endOfLine(byte[] all, int from) {
        int end = from;
        while (end < all.length && all[end] != '\n') {
            end++;
        }
        return Math.min(end + 1, all.length);
    }

    private static boolean startsWith(byte[] all, int from, String name) {
        byte[] wanted = name.getBytes(StandardCharsets.US_ASCII);
        int to = from + wanted.length;
        return to <= all.length && Arrays.equals(all, from, to, wanted, 0, wanted.length);
    }

    private static String text(byte[] all) {
        return new String(all, 0, Math.min(all.length, 2000), StandardCharsets.ISO_8859_1);
    }

    /** Where it is. */
    public Path file() {
        return file;
    }

    /**
     * The fields that the server put on top, in this order: Return-Path, a Delivered-To for each
     * recipient, Authentication-Results (unless {@code me-auth-results} is none), Received;
     * continuation lines included.
     */
    public List<String> trace() {
        return trace;
    }

    /** Everything below, which must be what was sent, its lines ending in LF. */
    public byte[] content() {
        return content.clone();
    }

    /** The recipients of the Delivered-To fields. */
    public List<String> deliveredTo() {
        return trace.stream()
                .filter(field -> field.startsWith("Delivered-To: "))
                .map(field -> field.substring("Delivered-To: ".length()))
                .toList();
    }

    /** The value of a trace field. */
    public String trace(String name) {
        return trace.stream()
                .filter(field -> field.startsWith(name + ": "))
                .map(field -> field.substring(name.length() + 2))
                .findFirst()
                .orElseThrow(() -> new AssertionError("no " + name + " in " + trace));
    }

    /** The content, one octet a character. */
    public String contentText() {
        return new String(content, StandardCharsets.ISO_8859_1);
    }

    @Override
    public String toString() {
        return file + " " + trace;
    }
}
