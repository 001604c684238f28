package org.qpsmtpd.console.socket;

import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import java.util.TreeSet;
import org.apache.felix.service.command.CommandSession;
import org.apache.felix.service.command.Converter;
import org.jspecify.annotations.Nullable;
import org.qpsmtpd.console.command.CommandFailure;
import org.qpsmtpd.console.command.Nearest;
import org.qpsmtpd.console.text.Printable;

/**
 * A Gogo session of one client. An interrupt ends it for good, as that is the only way to be sure
 * of what runs in it; what still prints then prints to nowhere.
 */
final class Interpreter {
    /** Exit status of a command that was interrupted, as shells have it. */
    static final int INTERRUPTED = 130;

    private static final String NOT_FOUND = "Command not found:";

    private final CommandSession session;
    private final PrintStream out;
    private final PrintStream err;
    private volatile boolean spent;
    private volatile @Nullable Thread runner;

    Interpreter(Shell shell, OutputStream out, OutputStream err) {
        this.out = new PrintStream(new Gate(out), false, StandardCharsets.UTF_8);
        this.err = new PrintStream(new Gate(err), false, StandardCharsets.UTF_8);
        session = shell.session(this.out, this.err);
    }

    /** The session, for what else there is to know of it. */
    CommandSession session() {
        return session;
    }

    /** Whether it was interrupted, so that another one is needed. */
    boolean isSpent() {
        return spent;
    }

    /**
     * Runs a line on this thread.
     *
     * @return the exit status
     */
    int run(String line) {
        runner = Thread.currentThread();
        try {
            @Nullable Object value = spent ? null : session.execute(line);
            if (value != null) {
                out.println(session.format(value, Converter.INSPECT));
            }
            return spent ? INTERRUPTED : 0;
        } catch (CommandFailure e) {
            return fail(e.status(), e.line());
        } catch (Exception e) { // a command of somebody else's may throw any
            return spent ? INTERRUPTED : fail(e);
        } finally {
            runner = null;
            out.flush();
            err.flush();
        }
    }

    private int fail(Exception failure) {
        @Nullable String message = failure.getMessage();
        if (message == null || message.isBlank()) {
            return fail(CommandFailure.FAILED, failure.getClass().getSimpleName());
        }
        if (!message.startsWith(NOT_FOUND)) {
            return fail(CommandFailure.FAILED, message.strip().lines().findFirst().orElse(""));
        }
        String name = message.substring(NOT_FOUND.length()).strip();
        String hint =
                Nearest.to(name, functionNames())
                        .map(near -> ", did you mean '" + near + "'?")
                        .orElse(": help lists those there are");
        return fail(CommandFailure.USAGE, "no command '" + name + "'" + hint);
    }

    private int fail(int status, String line) {
        err.print(Printable.of(line) + "\n");
        return status;
    }

    /** Every function that can be called, as {@code SCOPE:NAME}. */
    Set<String> functions() {
        Set<String> functions = new TreeSet<>();
        if (session.get(Shell.FUNCTIONS) instanceof Set<?> all) {
            all.forEach(each -> functions.add(each.toString()));
        }
        return functions;
    }

    private Set<String> functionNames() {
        Set<String> names = new TreeSet<>();
        functions().forEach(each -> names.add(each.substring(each.indexOf(':') + 1)));
        return names;
    }

    /** Ends what runs, and the session. */
    void interrupt() {
        spent = true;
        session.close();
        @Nullable Thread running = runner;
        if (running != null) {
            running.interrupt();
        }
    }

    /** Lets output through until the interrupt. */
    private final class Gate extends OutputStream {
        private final OutputStream to;

        Gate(OutputStream to) {
            this.to = to;
        }

        @Override
        public void write(int octet) throws IOException {
            write(new byte[] {(byte) octet}, 0, 1);
        }

        @Override
        public void write(byte[] octets, int offset, int length) throws IOException {
            if (spent) {
                throw new IOException("interrupted");
            }
            to.write(octets, offset, length);
        }
    }
}
