package org.qpsmtpd.runtime.felix.host;

import com.sun.jna.Native;
import com.sun.jna.NativeLong;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import org.qpsmtpd.runtime.felix.report.OneLine;

/** Looks for POSIX access control lists, which Java's own view of files leaves out. */
public final class AccessListProbe {
    private static final String ATTRIBUTE = "system.posix_acl_access";

    private AccessListProbe() {}

    /**
     * Whether a file or folder, a link not followed, has a list beyond owner, group and others.
     *
     * @throws UncheckedIOException when that cannot be told
     */
    public static boolean isOn(Path path) {
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
