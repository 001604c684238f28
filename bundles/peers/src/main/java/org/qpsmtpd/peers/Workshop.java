package org.qpsmtpd.peers;

import io.netty.channel.EventLoop;
import java.util.concurrent.Executor;

/**
 * What the parts of a way work with.
 *
 * @param loop the thread that all of them belong to
 * @param files where files are read
 * @param names looks up hosts
 * @param handshakes where the costly steps of TLS run
 * @param passesFiles whether the loop drives connections over which files are passed, see {@link
 *     Passing}
 */
record Workshop(
        EventLoop loop, Executor files, Names names, Executor handshakes, boolean passesFiles) {}
