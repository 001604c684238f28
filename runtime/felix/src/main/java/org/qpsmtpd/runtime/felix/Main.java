package org.qpsmtpd.runtime.felix;

import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.qpsmtpd.runtime.felix.host.Detachment;
import org.qpsmtpd.runtime.felix.launch.Inetd;
import org.qpsmtpd.runtime.felix.launch.Program;
import org.qpsmtpd.runtime.felix.options.FrontEnd;

/** The entry point of the programs in {@code bin}. */
public final class Main {
    private Main() {}

    /** Runs the server and ends the process: 0 after a stop, 1 when it cannot start, 2 on usage. */
    public static void main(String[] words) {
        // Felix and others write numbers as the default says, and read them in ASCII only.
        Locale.setDefault(Locale.ENGLISH);
        if (FrontEnd.fromStartScript() == FrontEnd.INETD) {
            Inetd.run(words);
            return;
        }
        @Nullable Detachment detachment = Detachment.fromStartScript();
        int status =
                Program.run(
                        FrontEnd.fromStartScript(),
                        List.of(words),
                        System.out,
                        System.err,
                        detachment,
                        null);
        if (detachment != null) {
            detachment.report(status);
        }
        // Threads of libraries must not keep a stopped server alive.
        System.exit(status);
    }
}
