package org.qpsmtpd.runtime.felix;

import com.sun.jna.Native;
import com.sun.jna.NativeLong;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;

/** Looks for POSIX access control lists, which Java's own view of files leaves out. */
final class AccessLists {
    private static final String ATTRIBUTE = "system.posix_acl_access";

    private AccessLists() {}

    /**
     * Whether a file or folder, a link not followed, has a list beyond owner, group and others.
     *
     * @throws UncheckedIOException when that cannot be told
     */
    static boolean isOn(Path path) {
        try {
            return ask(path);
        } catch (LinkageError e) {
            throw new UncheckedIOException(
                    new IOException("the C library cannot be called: " + OneLine.reason(e)));
        }
    }

    private static boolean ask(Path path) {
        if (LibC.lgetxattr(path.toString(), ATTRIBUTE, null, new NativeLong(0)).longValue() >= 0) {
            return true;
        }
        int error = Native.getLastError();
        if (error == LibC.ENODATA || error == LibC.EOPNOTSUPP) {
            return false;
        }
        throw new UncheckedIOException(new IOException(LibC.strerror(error)));
    }
}
