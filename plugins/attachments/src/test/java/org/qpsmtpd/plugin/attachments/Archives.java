package org.qpsmtpd.plugin.attachments;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.zip.GZIPOutputStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/** Makes archives. */
final class Archives {
    private Archives() {}

    static byte[] text(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }

    /** A program for Windows, as far as its head goes. */
    static byte[] program() {
        byte[] head = new byte[256];
        head[0] = 'M';
        head[1] = 'Z';
        head[60] = (byte) 128;
        head[128] = 'P';
        head[129] = 'E';
        return head;
    }

    static byte[] zip(String name, byte[] content) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (ZipOutputStream zip = new ZipOutputStream(out)) {
            zip.putNextEntry(new ZipEntry(name));
            zip.write(content);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return out.toByteArray();
    }

    static byte[] gzip(byte[] content) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (GZIPOutputStream gzip = new GZIPOutputStream(out)) {
            gzip.write(content);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return out.toByteArray();
    }

    static byte[] tar(String name, byte[] content) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.writeBytes(tarEntry(name, '0', content));
        out.writeBytes(new byte[1024]);
        return out.toByteArray();
    }

    static byte[] tarEntry(String name, char type, byte[] content) {
        byte[] head = new byte[512];
        put(head, 0, name);
        put(head, 100, "0000644");
        put(head, 124, String.format(Locale.ROOT, "%011o", content.length));
        put(head, 148, "        ");
        head[156] = (byte) type;
        put(head, 257, "ustar");
        int sum = 0;
        for (byte octet : head) {
            sum += octet & 255;
        }
        put(head, 148, String.format(Locale.ROOT, "%06o", sum));
        head[154] = 0;
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.writeBytes(head);
        out.writeBytes(content);
        out.writeBytes(new byte[(512 - content.length % 512) % 512]);
        return out.toByteArray();
    }

    private static void put(byte[] head, int at, String text) {
        byte[] octets = text(text);
        System.arraycopy(octets, 0, head, at, octets.length);
    }
}
