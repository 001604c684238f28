package org.qpsmtpd.testkit;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.qpsmtpd.api.session.MessageBody;

/** A received message in memory, until its file is asked for. */
final class FakeBody implements MessageBody {
    private final byte[] message;
    private final int bodyStart;
    private final SpoolDirectory spool;
    private @Nullable Path file;

    FakeBody(byte[] message, int bodyStart, SpoolDirectory spool) {
        this.message = message;
        this.bodyStart = bodyStart;
        this.spool = spool;
    }

    @Override
    public long size() {
        return message.length;
    }

    @Override
    public long bodyStart() {
        return bodyStart;
    }

    @Override
    public boolean inMemory() {
        return file == null;
    }

    @Override
    public ByteArrayInputStream open() {
        return new ByteArrayInputStream(message);
    }

    @Override
    public ByteArrayInputStream openBody() {
        return new ByteArrayInputStream(message, bodyStart, message.length - bodyStart);
    }

    @Override
    public Path file() throws IOException {
        Path existing = file;
        if (existing != null) {
            return existing;
        }
        Path made = Files.createTempFile(spool.path(), "message", "");
        Files.write(made, message);
        file = made;
        return made;
    }
}
