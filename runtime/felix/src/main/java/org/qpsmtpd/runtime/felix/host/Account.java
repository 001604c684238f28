package org.qpsmtpd.runtime.felix.host;

import com.sun.jna.Native;
import com.sun.jna.Pointer;
import com.sun.jna.ptr.IntByReference;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.qpsmtpd.runtime.felix.report.StartFailure;

/**
 * A user of this host as its user database has it.
 *
 * @param group name of the primary group, or its number when it has no name
 * @param groups the primary group and every group the user is a member of
 * @param home the user's directory, as the database has it
 */
public record Account(
        String name, int uid, int gid, String group, List<Integer> groups, String home) {
    /** More groups than any account has; the kernel's own limit is 65536. */
    private static final int MOST_GROUPS = 65_536;

    public Account {
        groups = List.copyOf(groups);
    }

    /**
     * Asks the user database.
     *
     * @throws StartFailure with status 1 when there is no such user
     */
    public static Account named(String name) throws StartFailure {
        @Nullable Pointer entry = LibC.getpwnam(name);
        if (entry == null) {
            throw StartFailure.failed(
                    "FATAL: there is no user "
                            + name
                            + ": add it to this host or name another with --user");
        }
        // struct passwd: name, password (pointers); uid, gid (int); gecos, home, shell (pointers)
        int uid = entry.getInt(2L * Native.POINTER_SIZE);
        int gid = entry.getInt(2L * Native.POINTER_SIZE + Integer.BYTES);
        Pointer home = entry.getPointer(3L * Native.POINTER_SIZE + 2L * Integer.BYTES);
        String directory = home.getString(0);
        return new Account(name, uid, gid, groupName(gid), groupsOf(name, gid), directory);
    }

    private static String groupName(int gid) {
        @Nullable Pointer entry = LibC.getgrgid(gid);
        return entry == null ? Integer.toString(gid) : entry.getPointer(0).getString(0);
    }

    private static List<Integer> groupsOf(String name, int gid) throws StartFailure {
        int[] groups = new int[MOST_GROUPS];
        IntByReference count = new IntByReference(groups.length);
        if (LibC.getgrouplist(name, gid, groups, count) < 0) {
            throw StartFailure.failed("FATAL: the groups of user " + name + " cannot be listed");
        }
        return Arrays.stream(groups, 0, count.getValue()).boxed().toList();
    }
}
