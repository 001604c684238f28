package org.qpsmtpd.smtpclient;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.qpsmtpd.testkit.FakeConnection;
import org.qpsmtpd.testkit.ScriptedHop;

final class ConnectionPoolTest {
    private final long due = System.nanoTime() + Duration.ofMinutes(5).toNanos();
    private ScriptedHop hop;
    private ConnectionPool pool;

    @BeforeEach
    void start() throws IOException {
        hop = ScriptedHop.offering();
        pool = new ConnectionPool(NextHopTest.at("127.0.0.1", hop.port(), TlsMode.MAY));
    }

    @AfterEach
    void stop() throws IOException {
        pool.close();
        hop.close();
    }

    @Test
    void closesWhatHasBeenIdleTooLong() throws Exception {
        pool.give(pool.open(MailClient.of(FakeConnection.create()), due));

        pool.sweep(System.nanoTime() + Duration.ofSeconds(31).toNanos());

        assertThat(hop.awaitQuit()).isTrue();
        assertThat(pool.take(due)).isEmpty();
    }

    @Test
    void keepsWhatHasNotBeenIdleLong() throws Exception {
        HopConnection connection = pool.open(MailClient.of(FakeConnection.create()), due);
        pool.give(connection);

        pool.sweep(System.nanoTime() + Duration.ofSeconds(20).toNanos());

        assertThat(pool.take(due)).containsSame(connection);
    }

    @Test
    void givesNoConnectionThatTheNextHopHasClosed() throws Exception {
        pool.give(pool.open(MailClient.of(FakeConnection.create()), due));
        hop.close();

        long late = System.nanoTime() + Duration.ofSeconds(10).toNanos();
        Optional<HopConnection> taken = pool.take(due);
        while (taken.isPresent() && System.nanoTime() - late < 0) {
            pool.give(taken.get());
            taken = pool.take(due);
        }

        assertThat(taken).isEmpty();
    }

    @Test
    void givesTheConnectionUsedLast() throws Exception {
        HopConnection first = pool.open(MailClient.of(FakeConnection.create()), due);
        HopConnection second = pool.open(MailClient.of(FakeConnection.create()), due);

        pool.give(first);
        pool.give(second);

        assertThat(pool.take(due)).containsSame(second);
        assertThat(pool.take(due)).containsSame(first);
        assertThat(pool.take(due)).isEmpty();
    }

    @Test
    void keepsNoMoreThanAllowed() throws Exception {
        HopConnection[] connections = new HopConnection[5];
        for (int i = 0; i < 5; i++) {
            connections[i] = pool.open(MailClient.of(FakeConnection.create()), due);
        }

        for (HopConnection connection : connections) {
            pool.give(connection);
        }

        assertThat(connections[4].isOpen()).isFalse();
        assertThat(connections[3].isOpen()).isTrue();
    }

    @Test
    void closesAConnectionWhoseMessageTakesTooLong() throws Exception {
        HopConnection connection = pool.open(MailClient.of(FakeConnection.create()), due);

        pool.sweep(due + 1);

        assertThat(connection.isOpen()).isFalse();
        assertThatThrownBy(() -> connection.command("NOOP"))
                .isInstanceOf(NextHopException.class)
                .hasMessage("the next hop did not answer in time");
    }

    @Test
    void refusesToWriteMoreThanOneLine() throws Exception {
        HopConnection connection = pool.open(MailClient.of(FakeConnection.create()), due);

        for (String line : new String[] {"RSET\r\nQUIT", "RSET\nQUIT", "RSET\rQUIT", "a\0b"}) {
            assertThatThrownBy(() -> connection.send(line))
                    .isInstanceOf(IllegalArgumentException.class);
        }
        connection.command("NOOP");

        assertThat(hop.commands()).hasSize(2).endsWith("NOOP");
    }
}
