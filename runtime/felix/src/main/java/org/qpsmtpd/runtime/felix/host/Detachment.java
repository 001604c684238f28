package org.qpsmtpd.runtime.felix.host;

import com.sun.jna.NativeLong;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;
import org.qpsmtpd.runtime.felix.report.StartFailure;

/**
 * The background half of {@code --detach}. A JVM cannot fork, so the start script runs it in the
 * background from the first, with a pipe open on a descriptor that the system property {@value
 * #PROPERTY} names, and waits for the exit status that arrives there or for the end of the pipe.
 */
public final class Detachment {
    static final String PROPERTY = "org.qpsmtpd.notify_fd";

    private static final int LAST_STANDARD_DESCRIPTOR = 2;

    private final int descriptor;
    private boolean reported;

    private Detachment(int descriptor) {
        this.descriptor = descriptor;
    }

    /** The start script's pipe, or null when it runs the JVM in the foreground. */
    public static @Nullable Detachment fromStartScript() {
        @Nullable Integer descriptor = Integer.getInteger(PROPERTY);
        return descriptor == null ? null : new Detachment(descriptor);
    }

    /**
     * Leaves the terminal: a session of its own, standard input, output and error at /dev/null.
     *
     * @throws StartFailure with status 1 when the system refuses
     */
    public void leaveTerminal() throws StartFailure {
        if (LibC.setsid() < 0) {
            throw StartFailure.failed("FATAL: cannot detach: setsid: " + LibC.lastError());
        }
        int nowhere = LibC.open("/dev/null", LibC.O_RDWR);
        if (nowhere < 0) {
            throw StartFailure.failed("FATAL: cannot detach: /dev/null: " + LibC.lastError());
        }
        for (int standard = 0; standard <= LAST_STANDARD_DESCRIPTOR; standard++) {
            LibC.dup2(nowhere, standard);
        }
        if (nowhere > LAST_STANDARD_DESCRIPTOR) {
            LibC.close(nowhere);
        }
    }

    /**
     * Tells the start script the exit status of the start; it ends with that. Later calls do
     * nothing.
     */
    public void report(int status) {
        if (reported) {
            return;
        }
        reported = true;
        byte[] line = (status + "\n").getBytes(StandardCharsets.US_ASCII);
        LibC.write(descriptor, line, new NativeLong(line.length));
        LibC.close(descriptor);
    }
}
