package org.qpsmtpd.plugin.rcptmap;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import org.qpsmtpd.api.answer.Action;
import org.qpsmtpd.api.answer.HookResult;
import org.qpsmtpd.api.mail.Address;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The map, read anew aside from all sessions when its file has changed. */
final class MapFile {
    private static final Logger LOG = LoggerFactory.getLogger(MapFile.class);
    private static final String NO_SUCH_USER = "No such user.";
    private static final long RECHECK_NANOS = 1_000_000_000L;
    private static final long LARGEST = 64L << 20;

    private final Path path;
    private final LongSupplier nanos;
    private final AtomicLong checked;
    private volatile Contents contents;

    private record Contents(String stamp, Map<String, HookResult> answers) {}

    /**
     * Reads the file.
     *
     * @param nanos a clock that only runs forward, as {@link System#nanoTime}
     * @throws IllegalArgumentException when it cannot be read
     */
    MapFile(Path path, LongSupplier nanos) {
        this.path = path;
        this.nanos = nanos;
        checked = new AtomicLong(nanos.getAsLong());
        try {
            contents = read();
        } catch (IOException e) {
            throw new IllegalArgumentException("file " + path + " cannot be read: " + e, e);
        }
    }

    /** The answer for an address; absent when the map does not have it. */
    Optional<HookResult> answer(Address address) {
        long now = nanos.getAsLong();
        long last = checked.get();
        if (now - last > RECHECK_NANOS && checked.compareAndSet(last, now)) {
            var unused = CompletableFuture.runAsync(this::readWhenChanged);
        }
        return Optional.ofNullable(contents.answers().get(address.comparable()));
    }

    /** What was read before stays when the file is not there, or has nothing in it. */
    private void readWhenChanged() {
        try {
            if (!stamp().equals(contents.stamp())) {
                Contents now = read();
                contents =
                        now.answers().isEmpty()
                                ? new Contents(now.stamp(), contents.answers())
                                : now;
            }
        } catch (IOException e) {
            LOG.warn("{} cannot be read, what was in it still holds: {}", path, e.toString());
        }
    }

    private String stamp() throws IOException {
        return Files.getLastModifiedTime(path) + "," + Files.size(path);
    }

    private Contents read() throws IOException {
        String stamp = stamp();
        if (Files.size(path) > LARGEST) {
            throw new IOException("it has more than " + LARGEST + " octets");
        }
        String text = new String(Files.readAllBytes(path), StandardCharsets.UTF_8);
        Map<String, HookResult> answers = new HashMap<>();
        int number = 0;
        for (String line : text.split("\n", -1)) {
            number++;
            String entry = line.strip();
            if (!entry.isEmpty() && !entry.startsWith("#")) {
                add(entry, number, answers);
            }
        }
        return new Contents(stamp, Map.copyOf(answers));
    }

    private void add(String entry, int number, Map<String, HookResult> answers) {
        String[] words = entry.split("\\s+", 3);
        try {
            Address address = Address.of(words[0]);
            if (words.length < 2 || address.isNull()) {
                throw new IllegalArgumentException("it is not ADDRESS CODE [TEXT]");
            }
            String text = words.length == 3 ? words[2] : NO_SUCH_USER;
            answers.putIfAbsent(address.comparable(), answer(words[1], text));
        } catch (IllegalArgumentException e) {
            LOG.warn("{}:{}: left out: {}", path, number, e.getMessage());
        }
    }

    /**
     * The answer that a code names.
     *
     * @throws IllegalArgumentException when it is none
     */
    static HookResult answer(String code, String text) {
        String name = code.toUpperCase(Locale.ROOT);
        Action action =
                switch (name) {
                    case "OK", "DECLINED", "DENY", "DENYSOFT" -> Action.valueOf(name);
                    case "DENY_DISCONNECT", "DENYHARD" -> Action.DENY_DISCONNECT;
                    case "DENYSOFT_DISCONNECT" -> Action.DENYSOFT_DISCONNECT;
                    default ->
                            throw new IllegalArgumentException(
                                    "'"
                                            + code
                                            + "' is not one of OK, DECLINED, DENY, DENYSOFT,"
                                            + " DENY_DISCONNECT, DENYSOFT_DISCONNECT");
                };
        String verdict = (action.refuses() ? "fail: " : "pass: ") + name;
        return HookResult.of(action, action.refuses() ? text : "").because(verdict + " by map");
    }
}
