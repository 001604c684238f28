package org.qpsmtpd.api.net;

import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;

/** What this machine calls itself. */
public final class HostName {
    private static final Path KERNEL = Path.of("/proc/sys/kernel/hostname");

    /** What a kernel says that has been given no name. */
    private static final String NONE = "(none)";

    private HostName() {}

    /**
     * The name as the kernel has it now, whether or not a resolver knows it; {@code localhost} when
     * there is none. Asks the DNS only where there is no such file.
     */
    public static String ofThisMachine() {
        return read(KERNEL);
    }

    /**
     * Reads the name out of a file like the kernel's.
     *
     * @return the name; {@code localhost} when the file says none
     */
    public static String read(Path file) {
        try {
            String name = Files.readString(file).strip();
            return name.isEmpty() || name.equals(NONE) ? "localhost" : name;
        } catch (IOException e) {
            return byLookUp();
        }
    }

    private static String byLookUp() {
        try {
            return InetAddress.getLocalHost().getHostName();
        } catch (UnknownHostException e) {
            return "localhost";
        }
    }
}
