package org.qpsmtpd.itest.process;

import org.qpsmtpd.itest.Program;
import org.qpsmtpd.itest.ServerUnderTest;

/**
 * Leaves a server without a free file descriptor, as many clients can, until it is closed: whatever
 * it opens or accepts meanwhile fails with EMFILE.
 */
final class NoDescriptors implements AutoCloseable {
    /** Fewer than any server has open. */
    private static final String FEW = "8";

    private final ServerUnderTest server;
    private final String usual;

    private NoDescriptors(ServerUnderTest server, String usual) {
        this.server = server;
        this.usual = usual;
    }

    static NoDescriptors in(ServerUnderTest server) {
        String usual =
                prlimit(server, "--nofile", "--output=SOFT", "--noheadings", "--raw").strip();
        limit(server, FEW);
        return new NoDescriptors(server, usual);
    }

    /** Changes the soft limit alone, so that it can be raised again. */
    private static void limit(ServerUnderTest server, String most) {
        prlimit(server, "--nofile=" + most + ":");
    }

    private static String prlimit(ServerUnderTest server, String... words) {
        String[] all = new String[words.length + 3];
        all[0] = Program.find("prlimit", "util-linux").path().toString();
        all[1] = "--pid";
        all[2] = Long.toString(server.pid());
        System.arraycopy(words, 0, all, 3, words.length);
        return Shell.run(all);
    }

    /** There are descriptors again. */
    @Override
    public void close() {
        limit(server, usual);
    }
}
