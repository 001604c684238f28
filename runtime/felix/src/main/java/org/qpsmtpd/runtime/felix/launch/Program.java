package org.qpsmtpd.runtime.felix.launch;

import java.io.IOException;
import java.io.PrintStream;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.osgi.framework.BundleException;
import org.qpsmtpd.runtime.felix.home.Home;
import org.qpsmtpd.runtime.felix.host.Detachment;
import org.qpsmtpd.runtime.felix.options.CommandLine;
import org.qpsmtpd.runtime.felix.options.FrontEnd;
import org.qpsmtpd.runtime.felix.options.HelpText;
import org.qpsmtpd.runtime.felix.options.Options;
import org.qpsmtpd.runtime.felix.options.ProgramOption;
import org.qpsmtpd.runtime.felix.report.OneLine;
import org.qpsmtpd.runtime.felix.report.StandardErrorHandler;
import org.qpsmtpd.runtime.felix.report.StartFailure;
import org.qpsmtpd.runtime.felix.report.StartLog;

/** A program of {@code bin} from its words to the exit status. */
public final class Program {
    private static final String OURS = "org.qpsmtpd.";

    private Program() {}

    /** Answers the options of a program that has none but {@code --help} and {@code --version}. */
    static int options(String[] words) {
        return run(FrontEnd.INETD, List.of(words), System.out, System.err, null, null);
    }

    public static int run(
            FrontEnd frontEnd,
            List<String> words,
            PrintStream out,
            PrintStream err,
            @Nullable Detachment detachment,
            @Nullable Inherited inherited) {
        StandardErrorHandler.install(err);
        try {
            CommandLine line = CommandLine.of(frontEnd, words);
            if (line.has(ProgramOption.HELP) || line.has(ProgramOption.VERSION)) {
                out.print(
                        line.has(ProgramOption.HELP)
                                ? HelpText.text(frontEnd)
                                : HelpText.VERSION + "\n");
                out.flush();
                return 0;
            }
            Options options = Options.of(line);
            StartLog log = new StartLog(err, options.debug(), options.quiet());
            new Launch(options, Home.find(System.getenv()), log, detachment, inherited).run();
            return 0;
        } catch (StartFailure e) {
            boolean usage = e.status() == StartFailure.USAGE;
            err.println((usage ? frontEnd.program() + ": " : "") + e.line());
            return e.status();
        } catch (IOException | BundleException e) {
            err.println(
                    "FATAL: "
                            + OneLine.of(e.getClass().getSimpleName() + ": " + OneLine.reason(e)));
            return StartFailure.FAILED;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return StartFailure.FAILED;
        } catch (Throwable e) { // whatever it is, the process must end, and say why in a line
            err.println(unforeseen(e));
            return StartFailure.FAILED;
        }
    }

    /** The line for what nobody foresaw. */
    static String unforeseen(Throwable e) {
        if (e instanceof LinkageError) {
            return OneLine.of(
                    "FATAL: "
                            + System.getProperty(Home.PROPERTY, "the distribution")
                            + " is not complete, or damaged: "
                            + e.getClass().getSimpleName()
                            + ": "
                            + OneLine.reason(e)
                            + ": unpack it anew");
        }
        String place =
                Arrays.stream(e.getStackTrace())
                        .filter(frame -> frame.getClassName().startsWith(OURS))
                        .findFirst()
                        .map(frame -> " in " + frame.getClassName() + ":" + frame.getLineNumber())
                        .orElse("");
        return OneLine.of(
                "FATAL: "
                        + e.getClass().getName()
                        + ": "
                        + OneLine.reason(e)
                        + place
                        + ": this is a fault of the program, please report the line");
    }
}
