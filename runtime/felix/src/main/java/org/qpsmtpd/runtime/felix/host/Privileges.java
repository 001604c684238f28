package org.qpsmtpd.runtime.felix.host;

import com.sun.jna.NativeLong;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributes;
import org.qpsmtpd.runtime.felix.report.StartFailure;

/** Who the process is, and how it becomes somebody else for good. */
public final class Privileges {
    private static final Path SELF = Path.of("/proc/self");

    private Privileges() {}

    /** The effective user id. */
    public static int uid() throws IOException {
        return (int) Files.getAttribute(SELF, "unix:uid");
    }

    /** Effective user and group in words, for the log. */
    public static String whoAmI() throws IOException {
        PosixFileAttributes self = Files.readAttributes(SELF, PosixFileAttributes.class);
        return inWords(self.owner().getName(), self.group().getName());
    }

    public static String inWords(String user, String group) {
        return "Running as user " + user + ", group " + group;
    }

    /**
     * Takes on the account's groups, group and user, in every thread of the process: the C library
     * repeats these calls in each thread. There is no way back, which is checked.
     *
     * @throws StartFailure with status 1 when any step does not succeed; the process must then end
     */
    public static void drop(Account account) throws StartFailure {
        int[] groups = account.groups().stream().mapToInt(Integer::intValue).toArray();
        check(LibC.setgroups(new NativeLong(groups.length), groups), "setgroups", account);
        check(LibC.setgid(account.gid()), "setgid", account);
        check(LibC.setuid(account.uid()), "setuid", account);
        if (LibC.setuid(0) == 0) {
            throw StartFailure.failed(
                    "FATAL: the process can become root again after switching to user "
                            + account.name());
        }
        System.setProperty("user.name", account.name());
        System.setProperty("user.home", account.home());
    }

    private static void check(int result, String call, Account account) throws StartFailure {
        if (result != 0) {
            throw StartFailure.failed(
                    "FATAL: cannot switch to user "
                            + account.name()
                            + ": "
                            + call
                            + ": "
                            + LibC.lastError());
        }
    }
}
