package org.qpsmtpd.core.listener;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.EventLoop;
import java.io.UncheckedIOException;
import javax.net.ssl.SSLEngine;
import org.qpsmtpd.core.budget.Budget;
import org.qpsmtpd.core.session.Endpoints;
import org.qpsmtpd.core.session.Engine;
import org.qpsmtpd.core.session.Reply;
import org.qpsmtpd.core.session.Session;
import org.qpsmtpd.core.session.Wire;
import org.qpsmtpd.core.worker.LoopGuard;
import org.qpsmtpd.core.worker.Overrun;

/** What the connections of a listener share. */
final class Premises implements AutoCloseable {
    private final Engine engine;
    private final int maxFromIp;
    private final LoopGuard guard;
    private final Register register;
    private final ClientLimit clients;
    private final Handshakes handshakes;
    private final ConnectionLog log;

    /**
     * @param overrun is told when a plugin holds up a connection's thread
     */
    Premises(Engine engine, ListenerOptions options, Overrun overrun) {
        this.engine = engine;
        maxFromIp = options.maxFromIp();
        clients = new ClientLimit(maxFromIp, options.limitConnections());
        guard = new LoopGuard(options.prefix(), overrun);
        register = new Register(guard);
        handshakes = new Handshakes(options);
        log = new ConnectionLog(engine.log());
    }

    Register register() {
        return register;
    }

    ConnectionLog log() {
        return log;
    }

    Budget budget() {
        return engine.budget();
    }

    /** How long the header of a proxy may take, in seconds. */
    int headerSeconds() {
        return engine.headerSeconds();
    }

    /**
     * Whether connections from an address begin with a PROXY header.
     *
     * @throws UncheckedIOException when the list of such addresses cannot be read
     */
    boolean isProxy(Endpoints ends) {
        return engine.speaksForOthers(ends.remoteAddress());
    }

    /**
     * Counts a connection as its client's. One too many is closed at once, with a word where the
     * client does not expect TLS; a socket that is new has room for it.
     */
    boolean admits(Channel channel, Endpoints ends) {
        if (count(channel, ends)) {
            return true;
        }
        String fault = "too many connections from " + ends.remoteIp();
        log.tooMany(fault);
        ByteBuf last = channel.alloc().buffer();
        if (!engine.beginsWithTls(ends.socketPort())) {
            Reply.of(421, "4.7.0", fault + ", try again later").writeTo(last, false);
        }
        var unused = channel.writeAndFlush(last).addListener(ChannelFutureListener.CLOSE);
        return false;
    }

    /**
     * Counts a connection as its client's until it is closed.
     *
     * @return whether the client may hold that many
     */
    boolean count(Channel channel, Endpoints ends) {
        return clients.admits(channel, engine.countedAs(ends.remoteAddress()));
    }

    /** The watch over a loop; called on its thread. */
    LoopWatch watch(EventLoop loop) {
        return register.watch(loop);
    }

    Session newSession(Wire wire, Endpoints endpoints) {
        return new Session(engine, wire, endpoints);
    }

    /** Takes a connection in and begins its session. */
    void open(LoopWatch watch, OpenConnection connection) {
        register.opened(watch, connection);
        Endpoints ends = connection.endpoints();
        int held = clients.heldBy(engine.countedAs(ends.remoteAddress()));
        connection.session().start(maxFromIp, held);
    }

    /**
     * TLS for one connection.
     *
     * @param seconds most time for the handshake
     */
    Encryption encryption(SSLEngine tls, int seconds) {
        return handshakes.encryption(tls, seconds);
    }

    @Override
    public void close() {
        handshakes.close();
        guard.close();
    }
}
