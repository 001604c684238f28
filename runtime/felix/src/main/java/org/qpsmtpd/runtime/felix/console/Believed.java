package org.qpsmtpd.runtime.felix.console;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.UserPrincipal;
import java.nio.file.attribute.UserPrincipalNotFoundException;
import java.util.HashSet;
import java.util.Set;

/**
 * Whom the client believes to be the server: root, who runs the client, and the owner of the folder
 * that the socket is in. In a folder for everybody, such as {@code /tmp}, that is root again.
 */
final class Believed {
    private static final Path SELF = Path.of("/proc/self");

    private Believed() {}

    /** Those users for a socket. */
    static Set<UserPrincipal> at(Path socket) throws IOException {
        Path folder = socket.toAbsolutePath().getParent();
        Set<UserPrincipal> users = new HashSet<>();
        users.add(Files.getOwner(SELF));
        users.add(Files.getOwner(folder == null ? socket : folder));
        try {
            users.add(
                    socket.getFileSystem()
                            .getUserPrincipalLookupService()
                            .lookupPrincipalByName("root"));
        } catch (UserPrincipalNotFoundException e) {
            return users; // a host whose root has another name
        }
        return users;
    }
}
