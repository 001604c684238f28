package org.qpsmtpd.core.listener;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.function.Consumer;
import javax.net.ssl.SSLEngine;
import org.jspecify.annotations.Nullable;
import org.qpsmtpd.api.session.TlsInfo;
import org.qpsmtpd.core.budget.Holding;
import org.qpsmtpd.core.session.Endpoints;
import org.qpsmtpd.core.session.Introduction;
import org.qpsmtpd.core.session.MessageInput;
import org.qpsmtpd.core.session.Reply;
import org.qpsmtpd.core.session.Session;
import org.qpsmtpd.core.session.Wire;
import org.qpsmtpd.core.worker.InlineCalls;

/**
 * A connection: gives what the client sends to the session, and the session's replies to the
 * client. The only handler of its channel, unless that is encrypted. Input is read ahead while the
 * session is busy, up to a bound, then no more is read.
 */
@SuppressWarnings(
        "FutureReturnValueIgnored") // a failed write closes the channel, which is an event
final class ConnectionHandler extends ChannelInboundHandlerAdapter implements Wire, OpenConnection {
    private final Premises premises;
    private final Channel channel;
    private final Endpoints endpoints;
    private final ReadSize readSize;
    private final LoopWatch watch;
    private final Session session;
    private final Framing framing;
    private final Output output;
    private final Patience patience = new Patience();
    private final InputWait inputWait;
    private final Closing closing;
    private @Nullable Holding holding;
    private @Nullable Encryption encryption;
    private int slot = -1;
    private boolean pumping;

    /** Made on the connection's own thread. */
    ConnectionHandler(Premises premises, Channel channel, Endpoints endpoints) {
        this(premises, channel, endpoints, null);
    }

    /** For a client whom somebody else accepted. */
    ConnectionHandler(Premises premises, Channel channel, Introduction introduction) {
        this(premises, channel, introduction.endpoints(), introduction);
    }

    private ConnectionHandler(
            Premises premises,
            Channel channel,
            Endpoints endpoints,
            @Nullable Introduction introduction) {
        this.premises = premises;
        this.channel = channel;
        this.endpoints = endpoints;
        readSize = ReadSize.of(channel);
        watch = premises.watch(channel.eventLoop());
        session = premises.newSession(this, endpoints);
        framing = new Framing(session, channel);
        output = new Output(channel);
        inputWait = new InputWait(channel.eventLoop(), framing);
        closing = new Closing(channel, patience);
        if (introduction != null) {
            session.introduce(introduction);
        }
    }

    @Override
    public Session session() {
        return session;
    }

    @Override
    public Endpoints endpoints() {
        return endpoints;
    }

    @Override
    public boolean isStuck() {
        return watch.isStuck();
    }

    @Override
    public int slot() {
        return slot;
    }

    @Override
    public void setSlot(int newSlot) {
        slot = newSlot;
    }

    @Override
    public void channelActive(ChannelHandlerContext context) {
        begin();
    }

    /** Begins the session, once. */
    void begin() {
        holding = premises.budget().open(this::crowdOut);
        output.begin();
        renewDeadline();
        premises.open(watch, this);
        pump();
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object data) {
        ByteBuf octets = (ByteBuf) data;
        Encryption tls = encryption;
        if (tls != null) {
            tls.delivered();
        }
        if (closing.isOver()) {
            octets.release();
            return;
        }
        patience.add(octets.readableBytes());
        framing.add(octets);
        inputWait.tell(true);
        pump();
        readAhead();
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext context) {
        if (channel.isWritable()) {
            resume();
        }
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) {
        if (event == ChannelInputShutdownEvent.INSTANCE
                || (encryption != null && Encryption.isEnd(event))) {
            closing.endInput();
            inputWait.tell(false);
            closeWhenDone();
        }
    }

    private void closeWhenDone() {
        boolean answered = isWaitingForClient() && channel.isWritable();
        if (answered && closing.isInputEnded() && framing.isInMessage()) {
            framing.end();
            session.cutShort();
        }
        closing.closeWhenDone(answered);
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        closing.setClosed();
        framing.release();
        output.release();
        inputWait.close();
        premises.register().closed(this);
        session.closed();
        if (session.isOver()) {
            over();
        }
    }

    private void over() {
        Holding known = holding;
        if (known != null) {
            known.close();
        }
        premises.register().ended(watch, this);
    }

    private void crowdedOut() {
        Holding known = holding;
        boolean reads = channel.isWritable();
        closing.cutOff(() -> session.crowdedOut(known == null ? 0 : known.held()));
        if (!reads) {
            channel.close(); // it would not read the reply either
        }
    }

    /** Says what the session and its buffers keep; costs little when that is much as before. */
    private void account() {
        Holding known = holding;
        if (known != null) {
            known.report(session.held() + framing.held() + output.held());
        }
    }

    /** Ends the connection soon because it keeps too much; called on any thread. */
    private void crowdOut() {
        try {
            channel.eventLoop().execute(this::crowdedOut);
        } catch (RejectedExecutionException e) {
            channel.close(); // the server ends, and all connections with it
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        failed(cause);
    }

    @Override
    public void failed(Throwable cause) {
        Encryption tls = encryption;
        if (tls == null) {
            premises.log().failed(session.id(), cause);
        } else if (tls.handshakeFuture().isSuccess()) {
            Throwable inner = cause.getCause();
            premises.log().failed(session.id(), inner instanceof IOException ? inner : cause);
        }
        channel.close();
    }

    @Override
    public void tick(long now) {
        session.tick(now);
        account();
        if (closing.isClosed() && session.isOver()) {
            over();
        }
        if (!closing.isClosed() && output.isStalled(now)) {
            premises.log().stalled(session.id());
            channel.close();
        }
        if (!patience.isOver(now) || closing.isClosed()) {
            return;
        }
        if (closing.isLingering() || !channel.isWritable()) {
            channel.close();
        } else if (isWaitingForClient()) {
            if (framing.isInMessage() && patience.hasProgress()) {
                renewDeadline();
            } else {
                session.timedOut();
            }
        }
    }

    private boolean isWaitingForClient() {
        return !session.isBusy() && !framing.isFull();
    }

    private void renewDeadline() {
        if (!closing.isLingering()) {
            patience.renew(session.patienceSeconds());
        }
    }

    private void pump() {
        if (pumping) {
            return;
        }
        pumping = true;
        boolean moved = false;
        try {
            while (mayGoOn() && framing.step()) {
                moved = true;
                output.flushWhenLarge();
            }
        } finally {
            pumping = false;
        }
        if (moved && !framing.isInMessage()) {
            renewDeadline();
            readSize.forCommands();
        }
        framing.releaseSpent();
        output.flush();
        account();
        closeWhenDone();
    }

    private boolean mayGoOn() {
        return !closing.isOver() && !session.isBusy() && channel.isWritable();
    }

    private void readAhead() {
        boolean enough = framing.hasEnough();
        if (enough && channel.config().isAutoRead()) {
            channel.config().setAutoRead(false);
        } else if (!enough && !channel.config().isAutoRead()) {
            channel.config().setAutoRead(true);
        }
    }

    @Override
    public ScheduledExecutorService executor() {
        return channel.eventLoop();
    }

    @Override
    public InlineCalls inlineCalls() {
        return watch.calls();
    }

    @Override
    public void send(Reply reply, boolean utf8) {
        if (closing.isOver()) {
            return;
        }
        output.add(reply, utf8);
        if (!pumping) {
            output.flush();
        }
    }

    @Override
    public void receiveData(MessageInput newMessage) {
        framing.beginData(newMessage);
        readSize.forMessage();
        renewDeadline();
    }

    @Override
    public void receiveChunk(MessageInput newMessage, long octets) {
        framing.beginChunk(newMessage, octets);
        readSize.forMessage();
        renewDeadline();
        framing.endEmptyChunk();
    }

    @Override
    public void startTls(SSLEngine engine, Consumer<TlsInfo> then) {
        output.flush();
        Encryption tls = premises.encryption(engine, session.patienceSeconds());
        encryption = tls;
        tls.handshakeFuture().addListener(done -> shaken(tls, done.cause(), then));
        channel.config().setAutoRead(true);
        channel.pipeline().addFirst(tls);
        ByteBuf early = framing.takeInput();
        if (early != null) {
            channel.pipeline().fireChannelRead(early);
            channel.pipeline().fireChannelReadComplete();
        }
    }

    private void shaken(Encryption tls, @Nullable Throwable failure, Consumer<TlsInfo> then) {
        if (failure != null) {
            premises.log().handshakeFailed(session.id(), tls.cause(failure));
            channel.close();
        } else if (!closing.isOver()) {
            then.accept(tls.agreed());
            resume();
        }
    }

    @Override
    public void resume() {
        renewDeadline(); // the time that we took is not the client's
        pump();
        if (!closing.isClosed()) {
            readAhead();
        }
    }

    @Override
    public boolean hasInput() {
        return framing.hasInput();
    }

    @Override
    public CompletionStage<Boolean> awaitInput(Duration limit) {
        return inputWait.begin(limit);
    }

    @Override
    public void kill() {
        closing.cutOff(session::killed);
    }

    @Override
    public void drop() {
        channel.close();
    }

    @Override
    public void close() {
        boolean sending = framing.isInMessage() || framing.hasInput();
        closing.begin();
        output.flush();
        framing.end();
        closing.linger(sending, encryption);
    }
}
