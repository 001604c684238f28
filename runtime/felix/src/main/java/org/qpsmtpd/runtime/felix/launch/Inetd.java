package org.qpsmtpd.runtime.felix.launch;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.lang.reflect.InaccessibleObjectException;
import java.lang.reflect.Method;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.qpsmtpd.runtime.felix.options.FrontEnd;
import org.qpsmtpd.runtime.felix.options.ProgramOption;
import org.qpsmtpd.runtime.felix.report.OneLine;
import org.qpsmtpd.runtime.felix.report.StartFailure;

/**
 * The beginning of {@code bin/qpsmtpd}. The start script has seen to it that only standard input is
 * the client's, and names the descriptor of what was standard error, or of a log file, in the
 * system property {@value #ERRORS}.
 */
public final class Inetd {
    static final String ERRORS = "org.qpsmtpd.error_fd";

    private static final String ARCHIVE = "--" + ProgramOption.ARCHIVE.names().get(0);

    private Inetd() {}

    /** Serves one connection, or connections until it is told to stop; ends the process. */
    public static void run(String[] words) {
        boolean rehearsal = List.of(words).equals(List.of(ARCHIVE));
        boolean options = words.length > 0 && !rehearsal;
        System.exit(options ? Program.options(words) : serve(rehearsal));
    }

    private static int serve(boolean rehearsal) {
        PrintStream err = errors();
        try {
            Inherited inherited = rehearsal ? Rehearsal.begin() : Inherited.take(System.getenv());
            System.setErr(err);
            return Program.run(FrontEnd.INETD, List.of(), System.out, err, null, inherited);
        } catch (StartFailure e) {
            err.println(e.line());
            return e.status();
        } catch (IOException e) {
            err.println("FATAL: standard input: " + OneLine.reason(e));
            return StartFailure.FAILED;
        } catch (Throwable e) { // whatever it is, the process must end, and say why in a line
            err.println(Program.unforeseen(e));
            return StartFailure.FAILED;
        }
    }

    private static PrintStream errors() {
        @Nullable Integer descriptor = Integer.getInteger(ERRORS);
        if (descriptor == null) {
            return System.err;
        }
        OutputStream stream = OutputStream.nullOutputStream();
        try {
            Method newDescriptor =
                    Class.forName("sun.nio.ch.IOUtil").getDeclaredMethod("newFD", int.class);
            newDescriptor.setAccessible(true);
            stream =
                    new FileOutputStream(
                            (FileDescriptor) newDescriptor.invoke(null, (int) descriptor));
        } catch (ReflectiveOperationException | InaccessibleObjectException e) {
            // Without --add-opens, which the start script gives; then nothing is written.
            return new PrintStream(stream, true, StandardCharsets.UTF_8);
        }
        return new PrintStream(stream, true, StandardCharsets.UTF_8);
    }
}
