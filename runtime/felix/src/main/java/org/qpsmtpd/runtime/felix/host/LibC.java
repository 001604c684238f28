package org.qpsmtpd.runtime.felix.host;

import com.sun.jna.Native;
import com.sun.jna.NativeLibrary;
import com.sun.jna.NativeLong;
import com.sun.jna.Pointer;
import com.sun.jna.ptr.IntByReference;
import org.jspecify.annotations.Nullable;

/**
 * The calls of the C library that Java has no words for. The first use loads JNA, which takes its
 * time, so nothing here is touched unless an option needs it.
 */
public final class LibC {
    static final int O_RDWR = 2;
    static final int PRIO_PROCESS = 0;
    static final int AF_UNIX = 1;
    public static final int AF_INET = 2;
    public static final int AF_INET6 = 10;
    public static final int SOCK_STREAM = 1;
    static final int SOCK_DGRAM = 2;
    static final int SOCK_CLOEXEC = 0x80000;
    public static final int SOL_SOCKET = 1;
    public static final int SO_TYPE = 3;
    public static final int SO_ACCEPTCONN = 30;
    public static final int SO_DOMAIN = 39;
    static final int ENODATA = 61;
    static final int EOPNOTSUPP = 95;

    static {
        // JNA would start ldconfig to learn where libraries are; this one is in the process.
        System.setProperty("jna.platform.library.path", "");
        Native.register(LibC.class, NativeLibrary.getProcess());
    }

    private LibC() {}

    static native int setuid(int uid);

    static native int setgid(int gid);

    static native int setgroups(NativeLong count, int[] groups);

    static native @Nullable Pointer getpwnam(String name);

    static native @Nullable Pointer getgrgid(int gid);

    static native int getgrouplist(String user, int group, int[] groups, IntByReference count);

    /**
     * Changes the calling thread alone, unlike {@link #setuid} and its kin.
     *
     * @param header version and thread, 0 for this one
     * @param sets effective, permitted and inheritable: the lower 32 of each, then the upper 32
     */
    static native int capset(int[] header, int[] sets);

    static native int setpriority(int which, int who, int value);

    static native int setsid();

    static native int open(String path, int flags);

    static native int dup2(int from, int to);

    static native int close(int descriptor);

    static native NativeLong write(int descriptor, byte[] bytes, NativeLong count);

    static native NativeLong lgetxattr(
            String path, String name, @Nullable Pointer value, NativeLong size);

    static native int socket(int domain, int type, int protocol);

    static native NativeLong sendto(
            int descriptor, byte[] bytes, NativeLong count, int flags, byte[] address, int length);

    public static native int getsockopt(
            int descriptor, int level, int option, IntByReference value, IntByReference length);

    static native @Nullable Pointer signal(int number, @Nullable Pointer handler);

    static native String strerror(int number);

    /** The reason of the last call's failure on this thread, in words. */
    public static String lastError() {
        return strerror(Native.getLastError());
    }
}
