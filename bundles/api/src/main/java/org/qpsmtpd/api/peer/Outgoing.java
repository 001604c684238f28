package org.qpsmtpd.api.peer;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import org.osgi.annotation.versioning.ConsumerType;
import org.qpsmtpd.api.session.MessageBody;
import org.qpsmtpd.api.session.Transaction;

/** Octets for a peer, read while they are sent, so that they are never in memory as a whole. */
@ConsumerType
public interface Outgoing {
    /** How many there are. */
    long size();

    /** Whether reading them may wait, as for a disk; it is then done on a thread that may. */
    boolean waits();

    /** Reads them from the start; the caller closes the stream. Called for each attempt. */
    InputStream open() throws IOException;

    /**
     * These octets.
     *
     * @param octets not copied, not to be changed
     */
    static Outgoing of(byte[] octets) {
        return new Part(octets.length, false, () -> new ByteArrayInputStream(octets));
    }

    /** A message as it came. */
    static Outgoing received(MessageBody body) {
        return new Part(body.size(), !body.inMemory(), body::open);
    }

    /**
     * A message as it is to be queued, with the header as it is now; fields whose names are no
     * ASCII are left out. Called by the plugin's hook.
     */
    static Outgoing message(Transaction transaction) {
        MessageBody body = transaction.body();
        long rest = body.size() - body.bodyStart();
        List<Outgoing> parts = new ArrayList<>();
        for (byte[] field : transaction.headers().octets()) {
            parts.add(of(field));
        }
        parts.add(
                rest == 0
                        ? of(new byte[] {'\r', '\n'})
                        : new Part(rest, !body.inMemory(), body::openBody));
        return all(parts);
    }

    /** One behind the other. */
    static Outgoing all(List<Outgoing> parts) {
        List<Outgoing> copy = List.copyOf(parts);
        return new Part(
                copy.stream().mapToLong(Outgoing::size).sum(),
                copy.stream().anyMatch(Outgoing::waits),
                () -> new PartsStream(copy.stream().<Opener>map(part -> part::open).iterator()));
    }

    /**
     * A part of a question.
     *
     * @param size as {@link Outgoing#size}
     * @param waits as {@link Outgoing#waits}
     * @param opener opens it
     */
    record Part(long size, boolean waits, Opener opener) implements Outgoing {
        @Override
        public InputStream open() throws IOException {
            return opener.open();
        }
    }
}
