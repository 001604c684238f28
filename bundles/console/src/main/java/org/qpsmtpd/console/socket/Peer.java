package org.qpsmtpd.console.socket;

import java.io.IOException;
import java.nio.channels.SocketChannel;
import java.nio.file.FileSystems;
import java.nio.file.attribute.UserPrincipal;
import jdk.net.ExtendedSocketOptions;

/** Who may use the console: the user who runs the server, and root. */
final class Peer {
    private Peer() {}

    /**
     * Whether the process at the other end is run by one of them, as the kernel tells it.
     *
     * @param owner the user who runs the server
     */
    static boolean isAllowed(SocketChannel channel, UserPrincipal owner) throws IOException {
        UserPrincipal user = channel.getOption(ExtendedSocketOptions.SO_PEERCRED).user();
        return user.equals(owner) || user.equals(root());
    }

    private static UserPrincipal root() throws IOException {
        return FileSystems.getDefault()
                .getUserPrincipalLookupService()
                .lookupPrincipalByName("root");
    }
}
