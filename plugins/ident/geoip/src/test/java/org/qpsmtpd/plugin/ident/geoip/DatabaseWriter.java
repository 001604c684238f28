package org.qpsmtpd.plugin.ident.geoip;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.Inet4Address;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.qpsmtpd.api.net.Network;

/** Writes a file of MaxMind's format, version 2.0, with records of 32 bits, for IPv4 and IPv6. */
final class DatabaseWriter {
    private static final int EMPTY = -1;
    private static final byte[] MARKER = {(byte) 0xAB, (byte) 0xCD, (byte) 0xEF};

    private final List<int[]> nodes = new ArrayList<>();
    private final ByteArrayOutputStream data = new ByteArrayOutputStream();
    private final DataOutputStream out = new DataOutputStream(data);
    private final String type;

    DatabaseWriter(String type) {
        this.type = type;
        nodes.add(new int[] {EMPTY, EMPTY});
    }

    /** Says of a network, in which no other one may be, what the map says. */
    DatabaseWriter with(String network, Map<String, ?> entry) throws IOException {
        Network parsed = Network.parse(network);
        byte[] address = parsed.address().getAddress();
        byte[] octets = new byte[16];
        System.arraycopy(address, 0, octets, 16 - address.length, address.length);
        int bits = parsed.prefix() + (parsed.address() instanceof Inet4Address ? 96 : 0);
        int node = 0;
        for (int bit = 0; bit < bits - 1; bit++) {
            node = child(node, side(octets, bit));
        }
        // Below the smallest number: what is no node.
        nodes.get(node)[side(octets, bits - 1)] = -2 - data.size();
        write(entry);
        return this;
    }

    private static int side(byte[] octets, int bit) {
        return octets[bit / 8] >> (7 - bit % 8) & 1;
    }

    private int child(int node, int side) {
        if (nodes.get(node)[side] == EMPTY) {
            nodes.get(node)[side] = nodes.size();
            nodes.add(new int[] {EMPTY, EMPTY});
        }
        return nodes.get(node)[side];
    }

    private void write(Object value) throws IOException {
        if (value instanceof Map<?, ?> map) {
            control(7, map.size());
            for (Map.Entry<?, ?> entry : map.entrySet()) {
                write(entry.getKey());
                write(entry.getValue());
            }
        } else if (value instanceof String text) {
            byte[] octets = text.getBytes(UTF_8);
            control(2, octets.length);
            out.write(octets);
        } else if (value instanceof Double number) {
            control(3, 8);
            out.writeDouble(number);
        } else if (value instanceof Integer number) {
            control(6, 4);
            out.writeInt(number);
        } else if (value instanceof Short number) {
            control(5, 2);
            out.writeShort(number);
        } else if (value instanceof Long number) {
            control(9, 8);
            out.writeLong(number);
        } else if (value instanceof List<?> list) {
            control(11, list.size());
            for (Object entry : list) {
                write(entry);
            }
        }
    }

    private void control(int kind, int size) throws IOException {
        int shown = Math.min(size, 29);
        out.writeByte((kind > 7 ? 0 : kind) << 5 | shown);
        if (kind > 7) {
            out.writeByte(kind - 7);
        }
        if (shown == 29) {
            out.writeByte(size - 29);
        }
    }

    byte[] octets() throws IOException {
        ByteArrayOutputStream file = new ByteArrayOutputStream();
        DataOutputStream tree = new DataOutputStream(file);
        int count = nodes.size();
        for (int[] node : nodes) {
            for (int record : node) {
                tree.writeInt(record >= 0 ? record : record == EMPTY ? count : count + 14 - record);
            }
        }
        tree.write(new byte[16]);
        tree.write(data.toByteArray());
        tree.write(MARKER);
        tree.write("MaxMind.com".getBytes(UTF_8));
        data.reset();
        write(metadata(count));
        tree.write(data.toByteArray());
        return file.toByteArray();
    }

    private Map<String, Object> metadata(int count) {
        return Map.of(
                "node_count",
                count,
                "record_size",
                (short) 32,
                "ip_version",
                (short) 6,
                "database_type",
                type,
                "languages",
                List.of("en"),
                "binary_format_major_version",
                (short) 2,
                "binary_format_minor_version",
                (short) 0,
                "build_epoch",
                1_700_000_000L,
                "description",
                Map.of("en", "made by a test"));
    }

    void to(Path file) throws IOException {
        Path beside = file.resolveSibling(file.getFileName() + ".new");
        Files.write(beside, octets());
        Files.move(beside, file, StandardCopyOption.REPLACE_EXISTING);
    }
}
