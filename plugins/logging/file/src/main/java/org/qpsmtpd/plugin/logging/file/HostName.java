package org.qpsmtpd.plugin.logging.file;

import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Name of this machine. */
final class HostName {
    private static final Path KERNEL_HOST_NAME = Path.of("/proc/sys/kernel/hostname");

    private HostName() {}

    /** The kernel is asked first: it answers without a look-up in the DNS. */
    static String own() {
        try {
            return Files.readString(KERNEL_HOST_NAME).strip();
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
