package org.qpsmtpd.bench;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** One of the servers compared: how to set it up in a directory and how to start it there. */
interface Product {
    /** The name on the command line. */
    String name();

    /** The name in tables. */
    String label();

    /** Name and version of what is installed. */
    String version() throws IOException, InterruptedException;

    /** Whether it can be set up to treat messages so. */
    default boolean takes(Queue queue) {
        return queue == Queue.DISCARD || queue == Queue.MAILDIR;
    }

    /** Whether it is told by the PROXY protocol that a visitor comes from an address elsewhere. */
    default boolean isToldVisitors() {
        return false;
    }

    /** Whether it is a scanner that is asked over HTTP, and no server of mail. */
    default boolean speaksHttp() {
        return false;
    }

    /** Whether a message in its maildir was synced to the disk before the client got its 250. */
    boolean syncs();

    /** Whether it needs many sessions before its speed is what it stays at. */
    boolean needsLongWarmUp();

    /**
     * Writes configuration and directories.
     *
     * @param home an empty directory of its own, which every user may enter
     */
    Launch prepare(Path home, int port, Queue queue) throws IOException, InterruptedException;

    /**
     * How to start a server that has been set up.
     *
     * @param environment variables added to the inherited ones
     * @param stored the directory in which each stored message becomes one file, or null
     * @param pending directories whose files are work not yet done
     */
    record Launch(
            List<String> command,
            Map<String, String> environment,
            Path stored,
            List<Path> pending) {}
}
