package org.qpsmtpd.deploy;

import java.io.IOException;
import java.nio.file.Path;

/** Knows which files have a POSIX access control list. */
@FunctionalInterface
interface AccessLists {
    /**
     * Whether a file or folder has one, beyond owner, group and others.
     *
     * @throws IOException when that cannot be told
     */
    boolean isOn(Path path) throws IOException;
}
