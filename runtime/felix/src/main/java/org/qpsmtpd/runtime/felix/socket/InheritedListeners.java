package org.qpsmtpd.runtime.felix.socket;

import com.sun.jna.ptr.IntByReference;
import java.io.FileDescriptor;
import java.io.IOException;
import java.lang.reflect.Constructor;
import java.lang.reflect.InaccessibleObjectException;
import java.lang.reflect.Method;
import java.net.ProtocolFamily;
import java.net.StandardProtocolFamily;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.spi.SelectorProvider;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.qpsmtpd.runtime.felix.host.LibC;
import org.qpsmtpd.runtime.felix.report.OneLine;
import org.qpsmtpd.runtime.felix.report.StartFailure;

/**
 * Listening sockets that a service manager opened and passed on, as systemd's sd_listen_fds(3)
 * describes it: descriptors from 3 on, as many as {@value #COUNT} says, for the process whose id is
 * in {@value #PID}.
 *
 * <p>Java can take over descriptor 0 alone, {@link System#inheritedChannel}; for the others its own
 * constructor is used, which the start script opens to us.
 */
public final class InheritedListeners {
    static final String COUNT = "LISTEN_FDS";
    static final String PID = "LISTEN_PID";

    private static final int FIRST = 3;

    private InheritedListeners() {}

    /**
     * The sockets passed on to this process; none when the variables are not there or for another
     * process.
     *
     * @throws StartFailure with status 1 when only one variable is there, when one is no number, or
     *     a descriptor is no listening TCP socket
     */
    public static List<BoundSocket> of(Map<String, String> environment, long pid)
            throws StartFailure {
        @Nullable String count = environment.get(COUNT);
        @Nullable String process = environment.get(PID);
        if (count == null && process == null) {
            return List.of();
        }
        if (number(PID, process) != pid) {
            return List.of();
        }
        List<BoundSocket> listeners = new ArrayList<>();
        for (int i = 0; i < number(COUNT, count); i++) {
            listeners.add(listener(FIRST + i));
        }
        return listeners;
    }

    private static int number(String variable, @Nullable String value) throws StartFailure {
        if (value == null || !value.matches("[0-9]{1,9}")) {
            throw StartFailure.failed(
                    "FATAL: "
                            + variable
                            + (value == null ? " is not set" : " is \"" + value + "\", no number")
                            + ": "
                            + COUNT
                            + " and "
                            + PID
                            + " are set together by a service manager, or not at all");
        }
        return Integer.parseInt(value);
    }

    private static BoundSocket listener(int descriptor) throws StartFailure {
        if (option(descriptor, LibC.SO_TYPE) != LibC.SOCK_STREAM
                || option(descriptor, LibC.SO_ACCEPTCONN) != 1) {
            throw unusable(descriptor, "it is no listening stream socket");
        }
        int domain = option(descriptor, LibC.SO_DOMAIN);
        if (domain != LibC.AF_INET && domain != LibC.AF_INET6) {
            throw unusable(descriptor, "it is no TCP socket");
        }
        try {
            return BoundSocket.of(channel(descriptor, domain));
        } catch (IOException | ReflectiveOperationException | InaccessibleObjectException e) {
            throw unusable(descriptor, OneLine.reason(e));
        }
    }

    private static int option(int descriptor, int option) {
        IntByReference value = new IntByReference();
        IntByReference length = new IntByReference(Integer.BYTES);
        int result = LibC.getsockopt(descriptor, LibC.SOL_SOCKET, option, value, length);
        return result == 0 ? value.getValue() : -1;
    }

    private static StartFailure unusable(int descriptor, String reason) {
        return StartFailure.failed(
                "FATAL: file descriptor "
                        + descriptor
                        + ", passed on by "
                        + COUNT
                        + ", cannot be listened on: "
                        + reason);
    }

    private static ServerSocketChannel channel(int number, int domain)
            throws ReflectiveOperationException {
        Method newDescriptor =
                Class.forName("sun.nio.ch.IOUtil").getDeclaredMethod("newFD", int.class);
        newDescriptor.setAccessible(true);
        Object descriptor = newDescriptor.invoke(null, number);
        Constructor<?> constructor =
                Class.forName("sun.nio.ch.ServerSocketChannelImpl")
                        .getDeclaredConstructor(
                                SelectorProvider.class,
                                ProtocolFamily.class,
                                FileDescriptor.class,
                                boolean.class);
        constructor.setAccessible(true);
        return (ServerSocketChannel)
                constructor.newInstance(
                        SelectorProvider.provider(),
                        domain == LibC.AF_INET
                                ? StandardProtocolFamily.INET
                                : StandardProtocolFamily.INET6,
                        descriptor,
                        true);
    }
}
