package org.qpsmtpd.maildir;

import java.time.Instant;
import java.time.temporal.ChronoField;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicLong;
import org.qpsmtpd.api.net.HostName;

/**
 * Makes file names that nobody else makes: {@code EPOCH.PpidMmicrosecondsQcounter.HOST}.
 *
 * <p>The counter is one for all instances. It begins anywhere, since a replaced version of this
 * bundle may still run beside it with a counter of its own.
 */
public final class FileNames {
    private static final AtomicLong COUNTER =
            new AtomicLong(ThreadLocalRandom.current().nextInt(1_000_000));

    private final long processId = ProcessHandle.current().pid();
    private final String host;

    /**
     * @param host name of this machine, in which characters of other than host names are replaced
     */
    FileNames(String host) {
        this.host = cleaned(host);
    }

    /** Names for files of this machine. */
    public static FileNames ofThisMachine() {
        return new FileNames(HostName.ofThisMachine());
    }

    /** A name that was not there before. */
    public String next(Instant now) {
        return now.getEpochSecond()
                + ".P"
                + processId
                + "M"
                + now.get(ChronoField.MICRO_OF_SECOND)
                + "Q"
                + COUNTER.getAndIncrement()
                + "."
                + host;
    }

    /**
     * The maildir format writes {@code /} and {@code :} in octal, the latter begins a reader's
     * flags.
     */
    private static String cleaned(String host) {
        StringBuilder clean = new StringBuilder(host.length());
        for (int i = 0; i < host.length(); i++) {
            char c = host.charAt(i);
            switch (c) {
                case '/' -> clean.append("\\057");
                case ':' -> clean.append("\\072");
                default -> clean.append(isHostCharacter(c) ? c : '_');
            }
        }
        return clean.length() == 0 ? "localhost" : clean.toString();
    }

    private static boolean isHostCharacter(char c) {
        return (c >= 'a' && c <= 'z')
                || (c >= 'A' && c <= 'Z')
                || (c >= '0' && c <= '9')
                || c == '.'
                || c == '-'
                || c == '_';
    }
}
