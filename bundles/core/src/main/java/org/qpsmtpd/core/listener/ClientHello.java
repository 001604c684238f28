package org.qpsmtpd.core.listener;

import io.netty.buffer.ByteBuf;
import java.io.ByteArrayOutputStream;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import javax.net.ssl.SNIServerName;
import javax.net.ssl.StandardConstants;
import org.jspecify.annotations.Nullable;

/**
 * The name of the server that a client asks for at the beginning of a handshake. The JDK reads it,
 * too, and breaks off where it is no host name as it knows them; a client may ask for what it
 * likes.
 *
 * <p>Source: RFC 8446 sections 4.1.2 and 5.1, RFC 6066 section 3.
 */
final class ClientHello {
    private static final int HANDSHAKE = 22;
    private static final int CLIENT_HELLO = 1;
    private static final int RECORD_HEADER = 5;
    private static final int MESSAGE_HEADER = 4;
    private static final int MOST_RECORD = 16 * 1024;

    /** The JDK takes no larger one. */
    private static final int MOST_MESSAGE = 32 * 1024;

    /** Who cuts it up further wants no name, but work for us. */
    private static final int MOST_RECORDS = 64;

    private static final int VERSION_AND_RANDOM = 34;
    private static final int SERVER_NAME = 0;
    private static final byte[] NONE = {};

    private ClientHello() {}

    /** What a client asked for, whatever octets it is. */
    static final class Name extends SNIServerName {
        private Name(byte[] octets) {
            super(StandardConstants.SNI_HOST_NAME, octets);
        }
    }

    /**
     * What a client asked for: null while its message is not there as a whole, without octets when
     * it asks for nothing, or speaks of something else.
     *
     * @param in what has come from the client, from the first octet on; not changed
     */
    static @Nullable Name read(ByteBuf in) {
        byte[] message = message(in);
        return message == null ? null : new Name(name(message));
    }

    /**
     * The message, put together from its records; empty when it is none, null when not all came.
     */
    private static byte @Nullable [] message(ByteBuf in) {
        ByteArrayOutputStream parts = new ByteArrayOutputStream();
        int at = in.readerIndex();
        int wanted = MESSAGE_HEADER;
        for (int records = 0; parts.size() < wanted; records++) {
            if (in.writerIndex() - at < RECORD_HEADER) {
                return hasOther(in, at) ? NONE : null;
            }
            int length = in.getUnsignedShort(at + RECORD_HEADER - 2);
            boolean bad = length == 0 || length > MOST_RECORD || records >= MOST_RECORDS;
            if (bad || hasOther(in, at)) {
                return NONE;
            }
            at += RECORD_HEADER;
            if (in.writerIndex() - at < length) {
                return null;
            }
            byte[] part = new byte[length];
            in.getBytes(at, part);
            parts.writeBytes(part);
            at += length;
            if (wanted == MESSAGE_HEADER && parts.size() >= MESSAGE_HEADER) {
                int header = ByteBuffer.wrap(parts.toByteArray()).getInt();
                wanted += header & 0xFFFFFF;
                if (header >>> 24 != CLIENT_HELLO || wanted > MOST_MESSAGE) {
                    return NONE;
                }
            }
        }
        return parts.toByteArray();
    }

    private static boolean hasOther(ByteBuf in, int at) {
        return in.writerIndex() > at && in.getUnsignedByte(at) != HANDSHAKE;
    }

    private static byte[] name(byte[] message) {
        if (message.length == 0) {
            return NONE;
        }
        try {
            ByteBuffer hello = ByteBuffer.wrap(message);
            hello.position(MESSAGE_HEADER + VERSION_AND_RANDOM);
            part(hello, hello.get() & 0xFF); // session
            part(hello, hello.getShort() & 0xFFFF); // cipher suites
            part(hello, hello.get() & 0xFF); // compression
            ByteBuffer extensions = part(hello, hello.getShort() & 0xFFFF);
            while (extensions.hasRemaining()) {
                int type = extensions.getShort();
                ByteBuffer extension = part(extensions, extensions.getShort() & 0xFFFF);
                if (type == SERVER_NAME) {
                    return hostName(part(extension, extension.getShort() & 0xFFFF));
                }
            }
            return NONE;
        } catch (BufferUnderflowException | IllegalArgumentException e) {
            return NONE; // what is wrong with it, the engine says
        }
    }

    private static byte[] hostName(ByteBuffer names) {
        while (names.hasRemaining()) {
            int type = names.get();
            ByteBuffer name = part(names, names.getShort() & 0xFFFF);
            if (type == StandardConstants.SNI_HOST_NAME) {
                byte[] octets = new byte[name.remaining()];
                name.get(octets);
                return octets;
            }
        }
        return NONE;
    }

    /** The next octets, which are gone over. */
    private static ByteBuffer part(ByteBuffer from, int length) {
        ByteBuffer part = from.slice();
        part.limit(length);
        from.position(from.position() + length);
        return part;
    }
}
