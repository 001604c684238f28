package org.qpsmtpd.core.listener;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.ByteToMessageDecoder;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.List;
import java.util.regex.Pattern;
import java.util.zip.CRC32C;

/**
 * Reads a PROXY header before it is decoded, and refuses one that is not whole and exact to its
 * last octet; the decoder leaves out what it does not understand. It goes when the header is there
 * and hands on what it has read.
 *
 * <p>Source: the PROXY protocol, as HAProxy documents it, sections 2.1 and 2.2.
 */
final class ProxyHeaderCheck extends ByteToMessageDecoder {
    private static final byte[] SIGNATURE = HexFormat.of().parseHex("0D0A0D0A000D0A515549540A");
    private static final int FIXED = 16;
    private static final int PROXY = 0x21;

    /** Octets of the addresses, for the families AF_UNSPEC, AF_INET, AF_INET6 and AF_UNIX. */
    private static final int[] ADDRESSES = {0, 12, 36, 216};

    private static final int LONGEST_ADDRESSES = 216;
    private static final int EXTENSION = 3;
    private static final int CHECKSUM = 0x03;
    private static final int TLS = 0x20;
    private static final int TLS_FIXED = 5;

    private static final int LONGEST_LINE = 107;
    private static final Pattern LINE =
            Pattern.compile(
                    "PROXY (UNKNOWN( .*)?|TCP[46] [0-9A-Fa-f:.]+ [0-9A-Fa-f:.]+ [0-9]{1,5}"
                            + " [0-9]{1,5})");

    private final int longest;

    /**
     * @param extensions most octets that may follow the addresses
     */
    ProxyHeaderCheck(int extensions) {
        longest = LONGEST_ADDRESSES + extensions;
    }

    @Override
    protected void decode(ChannelHandlerContext context, ByteBuf in, List<Object> out) {
        boolean whole = isBinary(in) ? isWholeBinary(in) : isWholeLine(in);
        if (whole) {
            context.pipeline().remove(this);
        }
    }

    /** Whether it begins as version 2 does, as far as it is there. */
    private static boolean isBinary(ByteBuf in) {
        int length = Math.min(in.readableBytes(), SIGNATURE.length);
        for (int i = 0; i < length; i++) {
            if (in.getByte(in.readerIndex() + i) != SIGNATURE[i]) {
                return false;
            }
        }
        return true;
    }

    private static boolean isWholeLine(ByteBuf in) {
        int end = in.indexOf(in.readerIndex(), in.writerIndex(), (byte) '\n');
        int length = end < 0 ? in.readableBytes() : end + 1 - in.readerIndex();
        if (length > LONGEST_LINE) {
            throw new IllegalArgumentException("its line is longer than " + LONGEST_LINE);
        }
        if (end < 0) {
            return false;
        }
        String line = in.toString(in.readerIndex(), length, StandardCharsets.ISO_8859_1);
        if (!line.endsWith("\r\n") || !LINE.matcher(line.substring(0, length - 2)).matches()) {
            throw new IllegalArgumentException("its line is none of version 1");
        }
        return true;
    }

    private boolean isWholeBinary(ByteBuf in) {
        if (in.readableBytes() < FIXED) {
            return false;
        }
        int length = in.getUnsignedShort(in.readerIndex() + 14);
        if (length > longest) {
            throw new IllegalArgumentException(
                    "it has " + length + " octets, and " + longest + " at most are taken");
        }
        if (in.readableBytes() < FIXED + length) {
            return false;
        }
        check(in.slice(in.readerIndex(), FIXED + length));
        return true;
    }

    /** A proxy that speaks for itself, or for no family, may write what it likes. */
    private static void check(ByteBuf header) {
        int family = header.getUnsignedByte(13) >> 4;
        boolean hasExtensions =
                header.getUnsignedByte(12) == PROXY && family > 0 && family < ADDRESSES.length;
        if (hasExtensions) {
            checkExtensions(header, FIXED + ADDRESSES[family], header.capacity(), false);
        }
    }

    private static void checkExtensions(ByteBuf header, int from, int end, boolean inner) {
        int at = from;
        while (at < end) {
            if (end - at < EXTENSION) {
                throw new IllegalArgumentException("an extension is cut off");
            }
            int type = header.getUnsignedByte(at);
            int length = header.getUnsignedShort(at + 1);
            at += EXTENSION;
            if (length > end - at) {
                throw new IllegalArgumentException(
                        "an extension has " + length + " octets where " + (end - at) + " are left");
            }
            checkExtension(header, type, at, length, inner);
            at += length;
        }
    }

    private static void checkExtension(
            ByteBuf header, int type, int at, int length, boolean inner) {
        if (type == CHECKSUM && !inner) {
            checkSum(header, at, length);
        }
        if (type != TLS) {
            return;
        }
        if (inner || length < TLS_FIXED) {
            throw new IllegalArgumentException("its extension for TLS is broken");
        }
        checkExtensions(header, at + TLS_FIXED, at + length, true);
    }

    /** CRC-32C of the header with zeros in place of the sum. */
    private static void checkSum(ByteBuf header, int at, int length) {
        if (length != Integer.BYTES) {
            throw new IllegalArgumentException("its checksum has " + length + " octets, not 4");
        }
        ByteBuf zeroed = header.copy().setInt(at, 0);
        try {
            CRC32C sum = new CRC32C();
            sum.update(zeroed.nioBuffer());
            if ((int) sum.getValue() != header.getInt(at)) {
                throw new IllegalArgumentException("its checksum is wrong");
            }
        } finally {
            zeroed.release();
        }
    }
}
