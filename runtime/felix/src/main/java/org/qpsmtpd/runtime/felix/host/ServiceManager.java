package org.qpsmtpd.runtime.felix.host;

import com.sun.jna.NativeLong;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.qpsmtpd.runtime.felix.report.StartLog;

/**
 * Who started the server and wants to hear how it is doing: a datagram to the Unix-domain socket
 * that {@value #VARIABLE} names, as systemd's sd_notify(3) describes it. Without the variable
 * nothing is sent.
 */
public final class ServiceManager {
    static final String VARIABLE = "NOTIFY_SOCKET";

    /** The size of {@code sun_path}. */
    private static final int LONGEST_PATH = 108;

    private final @Nullable String socket;
    private final StartLog log;

    public ServiceManager(Map<String, String> environment, StartLog log) {
        @Nullable String named = environment.get(VARIABLE);
        this.socket = named == null || named.isEmpty() ? null : named;
        this.log = log;
    }

    /** The server accepts connections, again after {@link #reloading}. */
    public void ready() {
        tell("READY=1\nMAINPID=" + ProcessHandle.current().pid());
    }

    /** The server reads its configuration anew. */
    public void reloading() {
        long micros = TimeUnit.NANOSECONDS.toMicros(System.nanoTime());
        tell("RELOADING=1\nMONOTONIC_USEC=" + micros);
    }

    /** The server ends what is in flight. */
    public void stopping() {
        tell("STOPPING=1");
    }

    private void tell(String state) {
        if (socket == null) {
            return;
        }
        byte[] path = socket.getBytes(StandardCharsets.UTF_8);
        if (!(socket.startsWith("/") || socket.startsWith("@")) || path.length >= LONGEST_PATH) {
            log.warn(VARIABLE + " is \"" + socket + "\", which is no socket: nothing is sent");
            return;
        }
        int descriptor = LibC.socket(LibC.AF_UNIX, LibC.SOCK_DGRAM | LibC.SOCK_CLOEXEC, 0);
        if (descriptor < 0 || !send(descriptor, state, address(path))) {
            log.warn(VARIABLE + ": " + socket + " cannot be told: " + LibC.lastError());
        }
        if (descriptor >= 0) {
            LibC.close(descriptor);
        }
    }

    private static boolean send(int descriptor, String state, byte[] address) {
        byte[] text = state.getBytes(StandardCharsets.US_ASCII);
        NativeLong length = new NativeLong(text.length);
        return LibC.sendto(descriptor, text, length, 0, address, address.length).longValue() >= 0;
    }

    /** A {@code struct sockaddr_un}; a name that begins with {@code @} is an abstract one. */
    static byte[] address(byte[] path) {
        boolean isAbstract = path[0] == '@';
        ByteBuffer address = ByteBuffer.allocate(2 + path.length + (isAbstract ? 0 : 1));
        address.order(ByteOrder.nativeOrder()).putShort((short) LibC.AF_UNIX).put(path);
        if (isAbstract) {
            address.put(2, (byte) 0);
        }
        return address.array();
    }
}
