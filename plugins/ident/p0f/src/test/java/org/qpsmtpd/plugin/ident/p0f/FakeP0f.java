package org.qpsmtpd.plugin.ident.p0f;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A socket as p0f has one, which gives each query the same answer in two pieces. */
final class FakeP0f implements AutoCloseable {
    private final ServerSocketChannel server;
    private final Thread listening;
    private final List<SocketChannel> open = Collections.synchronizedList(new ArrayList<>());
    private final List<byte[]> queries = Collections.synchronizedList(new ArrayList<>());

    /**
     * @param answer what is said to each query; null to say nothing
     */
    FakeP0f(Path socket, byte @Nullable [] answer) throws IOException {
        server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        server.bind(UnixDomainSocketAddress.of(socket));
        listening = new Thread(() -> serve(answer), "p0f");
        listening.setDaemon(true);
        listening.start();
    }

    private void serve(byte @Nullable [] answer) {
        try {
            while (true) {
                SocketChannel client = server.accept();
                open.add(client);
                ByteBuffer query = ByteBuffer.allocate(21);
                while (query.hasRemaining() && client.read(query) >= 0) {
                    // Until it is whole.
                }
                queries.add(query.array());
                if (answer != null) {
                    int half = answer.length / 2;
                    client.write(ByteBuffer.wrap(answer, 0, half));
                    client.write(ByteBuffer.wrap(answer, half, answer.length - half));
                    client.close();
                }
            }
        } catch (ClosedChannelException e) {
            // The test is over.
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    List<byte[]> queries() {
        return List.copyOf(queries);
    }

    static byte[] answer(int status, String name, String flavour, String link) {
        ByteBuffer answer = ByteBuffer.allocate(232).order(ByteOrder.nativeOrder());
        answer.putInt(0x50304602).putInt(status);
        answer.putInt(20, -2).putShort(36, (short) 9);
        answer.put(40, name.getBytes(ISO_8859_1)).put(72, flavour.getBytes(ISO_8859_1));
        answer.put(168, link.getBytes(ISO_8859_1));
        return answer.array();
    }

    /** Nobody can connect any more when this returns. */
    @Override
    public void close() throws IOException {
        server.close();
        for (SocketChannel client : open) {
            client.close();
        }
        try {
            listening.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
