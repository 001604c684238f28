package org.qpsmtpd.core.listener;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.DuplexChannel;
import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
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
 * A connection: cuts what the client sends into lines and messages for the session, and sends the
 * session's replies, all that are ready at once in one write. The only handler of its channel,
 * unless that is encrypted. Input is read ahead while the session is busy, up to a bound, then no
 * more is read.
 */
@SuppressWarnings(
        "FutureReturnValueIgnored") // a failed write closes the channel, which is an event
final class ConnectionHandler extends ChannelInboundHandlerAdapter implements Wire {
    /**
     * Longest command line, its line end included; RFC 5321 4.5.3.1.4 asks for 512 and extensions
     * for more.
     */
    private static final int MAX_LINE = 4096;

    private static final int MAX_READ_AHEAD = 8 * 1024;
    private static final int MAX_STEP = 64 * 1024;
    private static final int FIRST_OUTPUT = 256;
    private static final int MAX_OUTPUT = 4 * 1024;
    private static final long LINGER_NANOS = TimeUnit.SECONDS.toNanos(10);
    private static final long KILLED_LINGER_NANOS = TimeUnit.SECONDS.toNanos(2);
    private static final int DATA_PROGRESS = 16 * 1024;

    /** How long a client may leave its replies lie. */
    private static final long STALL_NANOS = TimeUnit.SECONDS.toNanos(60);

    private final Listener listener;
    private final Channel channel;
    private final Endpoints endpoints;
    private final ReadSize readSize;
    private final LoopWatch watch;
    private final Session session;
    private @Nullable Holding holding;
    private @Nullable ByteBuf input;
    private @Nullable ByteBuf output;
    private @Nullable MessageInput message;
    private @Nullable CompletableFuture<Boolean> awaited;
    private @Nullable Encryption encryption;
    private long chunkLeft = -1;
    private long deadline;
    private long pendingBefore;
    private long takingSince;
    private boolean wrote;
    private int progress;
    private int slot = -1;
    private boolean pumping;
    private boolean skippingLine;
    private boolean inputEnded;
    private boolean lingering;
    private boolean closed;

    /** Made on the connection's own thread. */
    ConnectionHandler(Listener listener, Channel channel, Endpoints endpoints) {
        this(listener, channel, endpoints, null);
    }

    /** For a client whom somebody else accepted. */
    ConnectionHandler(Listener listener, Channel channel, Introduction introduction) {
        this(listener, channel, introduction.endpoints(), introduction);
    }

    private ConnectionHandler(
            Listener listener,
            Channel channel,
            Endpoints endpoints,
            @Nullable Introduction introduction) {
        this.listener = listener;
        this.channel = channel;
        this.endpoints = endpoints;
        readSize = ReadSize.of(channel);
        watch = listener.watch(channel.eventLoop());
        session = listener.newSession(this, endpoints);
        if (introduction != null) {
            session.introduce(introduction);
        }
    }

    LoopWatch watch() {
        return watch;
    }

    Session session() {
        return session;
    }

    Endpoints endpoints() {
        return endpoints;
    }

    /** Where the loop's watch keeps it; -1 for nowhere. */
    int slot() {
        return slot;
    }

    void setSlot(int newSlot) {
        slot = newSlot;
    }

    // ---- events

    @Override
    public void channelActive(ChannelHandlerContext context) {
        begin();
    }

    /** Begins the session, once. */
    void begin() {
        holding = listener.budget().open(this::crowdOut);
        takingSince = System.nanoTime();
        renewDeadline();
        session.start(listener.maxFromIp(), listener.opened(this));
        pump();
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object data) {
        ByteBuf octets = (ByteBuf) data;
        Encryption tls = encryption;
        if (tls != null) {
            tls.delivered();
        }
        if (lingering || closed) {
            octets.release();
            return;
        }
        progress += octets.readableBytes();
        ByteBuf before = input;
        input = before == null ? octets : joined(before, octets);
        tellAwaiting(true);
        pump();
        readAhead();
    }

    private ByteBuf joined(ByteBuf first, ByteBuf second) {
        int length = first.readableBytes() + second.readableBytes();
        boolean fits = first.writableBytes() >= second.readableBytes();
        ByteBuf both = fits ? first : channel.alloc().buffer(length).writeBytes(first);
        both.writeBytes(second);
        second.release();
        if (!fits) {
            first.release();
        }
        return both;
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
            inputEnded = true;
            tellAwaiting(false);
            closeWhenDone();
        }
    }

    /**
     * After the client's last octet: what has come is still answered, then there is nothing to wait
     * for.
     */
    private void closeWhenDone() {
        boolean done = lingering || (isWaitingForClient() && channel.isWritable());
        if (inputEnded && done && !closed) {
            channel.writeAndFlush(channel.alloc().buffer(0))
                    .addListener(written -> channel.close());
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        closed = true;
        releaseBuffers();
        tellAwaiting(false);
        listener.closed(this);
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
        listener.ended(this);
    }

    // ---- what it costs

    private void crowdedOut() {
        Holding known = holding;
        boolean reads = channel.isWritable();
        cutOff(() -> session.crowdedOut(known == null ? 0 : known.held()));
        if (!reads) {
            channel.close(); // it would not read the reply either
        }
    }

    /** Says what the session and its buffers keep; costs little when that is much as before. */
    private void account() {
        Holding known = holding;
        if (known != null) {
            known.report(session.held() + capacity(input) + capacity(output) + pendingOctets());
        }
    }

    private static int capacity(@Nullable ByteBuf buffer) {
        return buffer == null ? 0 : buffer.capacity();
    }

    /** Octets of replies that the system has not taken. */
    private long pendingOctets() {
        ChannelOutboundBuffer pending = channel.unsafe().outboundBuffer();
        return pending == null ? 0 : pending.totalPendingWriteBytes();
    }

    /**
     * Whether the client has let its replies lie for too long: nothing of them was taken, or not
     * enough for us to go on.
     */
    private boolean isStalled(long now) {
        long pending = pendingOctets();
        boolean moves = pending == 0 || pending < pendingBefore || wrote;
        if (pending == 0 || (moves && channel.isWritable())) {
            takingSince = now;
        }
        pendingBefore = pending;
        wrote = false;
        return now - takingSince >= STALL_NANOS;
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

    /** Something went wrong with this connection that nobody knows how to mend: it is closed. */
    void failed(Throwable cause) {
        Encryption tls = encryption;
        if (tls == null) {
            listener.failed(session.id(), cause);
        } else if (tls.handshakeFuture().isSuccess()) {
            Throwable inner = cause.getCause();
            listener.failed(session.id(), inner instanceof IOException ? inner : cause);
        }
        channel.close();
    }

    private void releaseBuffers() {
        ByteBuf in = input;
        input = null;
        if (in != null) {
            in.release();
        }
        ByteBuf out = output;
        output = null;
        if (out != null) {
            out.release();
        }
    }

    /** Looks at the deadlines; called about once a second. */
    void tick(long now) {
        session.tick(now);
        account();
        if (closed && session.isOver()) {
            over();
        }
        if (!closed && isStalled(now)) {
            listener.stalled(session.id());
            channel.close();
        }
        if (now - deadline < 0 || closed) {
            return;
        }
        if (lingering) {
            channel.close();
        } else if (!channel.isWritable()) {
            channel.close();
        } else if (isWaitingForClient()) {
            if (message != null && progress >= DATA_PROGRESS) {
                renewDeadline();
            } else {
                session.timedOut();
            }
        }
    }

    private boolean isWaitingForClient() {
        MessageInput into = message;
        return !session.isBusy() && (into == null || !into.isFull());
    }

    private void renewDeadline() {
        if (lingering) {
            return;
        }
        progress = 0;
        deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(session.patienceSeconds());
    }

    // ---- framing

    private void pump() {
        if (pumping) {
            return;
        }
        pumping = true;
        boolean moved = false;
        try {
            while (!closed && !lingering && !session.isBusy() && channel.isWritable() && step()) {
                moved = true;
                flushWhenLarge();
            }
        } finally {
            pumping = false;
        }
        if (moved && message == null) {
            renewDeadline();
            readSize.forCommands();
        }
        releaseSpentInput();
        flush();
        account();
        closeWhenDone();
    }

    /** So that a client that does not read its replies is noticed while it still sends. */
    private void flushWhenLarge() {
        ByteBuf out = output;
        if (out != null && out.readableBytes() > MAX_OUTPUT) {
            flush();
        }
    }

    private void releaseSpentInput() {
        ByteBuf in = input;
        if (in != null && !in.isReadable()) {
            input = null;
            in.release();
        }
    }

    private boolean step() {
        ByteBuf in = input;
        if (in == null || !in.isReadable()) {
            return false;
        }
        MessageInput into = message;
        if (into == null) {
            return stepLine(in);
        }
        return chunkLeft < 0 ? stepData(in, into) : stepChunk(in, into);
    }

    private boolean stepData(ByteBuf in, MessageInput into) {
        if (into.isFull()) {
            return false;
        }
        int count = Math.min(in.readableBytes(), MAX_STEP);
        int used = feed(in, into, count);
        in.readerIndex(in.readerIndex() - (count - used));
        if (into.isOver()) {
            message = null;
        }
        into.advance();
        return true;
    }

    private boolean stepChunk(ByteBuf in, MessageInput into) {
        if (into.isFull()) {
            return false;
        }
        int count = (int) Math.min(Math.min(in.readableBytes(), MAX_STEP), chunkLeft);
        feed(in, into, count);
        chunkLeft -= count;
        into.advance();
        if (chunkLeft == 0) {
            endChunk(into);
        }
        return true;
    }

    private static int feed(ByteBuf in, MessageInput into, int count) {
        byte[] room = into.room(count);
        in.readBytes(room, into.position(), count);
        return into.accept(count);
    }

    private void endChunk(MessageInput into) {
        message = null;
        chunkLeft = -1;
        into.chunkDone();
    }

    private boolean stepLine(ByteBuf in) {
        int start = in.readerIndex();
        int end = in.indexOf(start, in.writerIndex(), (byte) '\n');
        if (end < 0) {
            return waitForLine(in);
        }
        in.readerIndex(end + 1);
        if (end == start || in.getByte(end - 1) != '\r') {
            session.brokenFraming();
        } else if (skippingLine || end + 1 - start > MAX_LINE) {
            skippingLine = false;
            session.lineTooLong();
        } else {
            session.line(text(in, start, end - 1 - start));
        }
        return true;
    }

    /** Throws an over-long line away as it comes, but for its last octet, which may be a CR. */
    private boolean waitForLine(ByteBuf in) {
        if (in.readableBytes() > MAX_LINE) {
            skippingLine = true;
            in.readerIndex(in.writerIndex() - 1);
        }
        return false;
    }

    private static String text(ByteBuf in, int start, int length) {
        boolean ascii = in.forEachByte(start, length, octet -> octet >= 0) < 0;
        Charset charset = ascii ? StandardCharsets.ISO_8859_1 : StandardCharsets.UTF_8;
        return in.toString(start, length, charset);
    }

    private void readAhead() {
        ByteBuf in = input;
        boolean enough = in != null && in.readableBytes() >= MAX_READ_AHEAD;
        if (enough && channel.config().isAutoRead()) {
            channel.config().setAutoRead(false);
        } else if (!enough && !channel.config().isAutoRead()) {
            channel.config().setAutoRead(true);
        }
    }

    // ---- what the session asks for

    @Override
    public Executor executor() {
        return channel.eventLoop();
    }

    @Override
    public InlineCalls inlineCalls() {
        return watch.calls();
    }

    @Override
    public void send(Reply reply, boolean utf8) {
        if (closed || lingering) {
            return;
        }
        ByteBuf out = output;
        if (out == null) {
            out = channel.alloc().directBuffer(FIRST_OUTPUT);
            output = out;
        }
        reply.writeTo(out, utf8);
        if (!pumping) {
            flush();
        }
    }

    private void flush() {
        ByteBuf out = output;
        if (out != null) {
            output = null;
            wrote = true;
            channel.writeAndFlush(out, channel.voidPromise());
        }
    }

    @Override
    public void receiveData(MessageInput newMessage) {
        message = newMessage;
        readSize.forMessage();
        chunkLeft = -1;
        renewDeadline();
    }

    @Override
    public void receiveChunk(MessageInput newMessage, long octets) {
        message = newMessage;
        readSize.forMessage();
        chunkLeft = octets;
        renewDeadline();
        if (octets == 0) {
            endChunk(newMessage);
        }
    }

    @Override
    public void startTls(SSLEngine engine, Consumer<TlsInfo> then) {
        flush();
        Encryption tls = listener.encryption(engine, session.patienceSeconds());
        encryption = tls;
        tls.handshakeFuture().addListener(done -> shaken(tls, done.cause(), then));
        channel.config().setAutoRead(true);
        channel.pipeline().addFirst(tls);
        ByteBuf early = input;
        if (early != null && early.isReadable()) {
            input = null;
            channel.pipeline().fireChannelRead(early);
            channel.pipeline().fireChannelReadComplete();
        }
    }

    private void shaken(Encryption tls, @Nullable Throwable failure, Consumer<TlsInfo> then) {
        if (failure != null) {
            listener.handshakeFailed(session.id(), tls.cause(failure));
            channel.close();
        } else if (!closed && !lingering) {
            then.accept(tls.agreed());
            resume();
        }
    }

    @Override
    public void resume() {
        renewDeadline(); // the time that we took is not the client's
        pump();
        if (!closed) {
            readAhead();
        }
    }

    @Override
    public boolean hasInput() {
        ByteBuf in = input;
        return in != null && in.isReadable();
    }

    @Override
    public CompletionStage<Boolean> awaitInput(Duration limit) {
        CompletableFuture<Boolean> arrival = new CompletableFuture<>();
        if (channel.eventLoop().inEventLoop()) {
            await(arrival, limit);
        } else {
            channel.eventLoop().execute(() -> await(arrival, limit));
        }
        return arrival;
    }

    private void await(CompletableFuture<Boolean> arrival, Duration limit) {
        if (hasInput() || closed) {
            arrival.complete(!closed);
            return;
        }
        awaited = arrival;
        channel.eventLoop()
                .schedule(() -> arrival.complete(false), limit.toMillis(), TimeUnit.MILLISECONDS);
    }

    private void tellAwaiting(boolean arrived) {
        CompletableFuture<Boolean> waiting = awaited;
        if (waiting != null) {
            awaited = null;
            waiting.complete(arrived);
        }
    }

    /**
     * Ends the connection with 421 whatever it is doing; one that is ending already is closed at
     * once.
     */
    void kill() {
        cutOff(session::killed);
    }

    private void cutOff(Runnable end) {
        if (lingering) {
            channel.close();
        } else if (!closed) {
            end.run();
            deadline = System.nanoTime() + KILLED_LINGER_NANOS;
        }
    }

    @Override
    public void drop() {
        channel.close();
    }

    /**
     * Closes once the replies are out. When the client is still sending, only our half is closed
     * and its input thrown away for a while, so that the last reply reaches it.
     */
    @Override
    public void close() {
        boolean sending = message != null || hasInput();
        message = null;
        lingering = true;
        flush();
        deadline = System.nanoTime() + LINGER_NANOS;
        ByteBuf in = input;
        if (in != null) {
            in.skipBytes(in.readableBytes());
        }
        if (sending && channel instanceof DuplexChannel duplex) {
            channel.config().setAutoRead(true);
            channel.write(channel.alloc().buffer(0)).addListener(written -> endOutput(duplex));
            channel.flush();
        } else {
            channel.writeAndFlush(channel.alloc().buffer(0))
                    .addListener(written -> channel.close());
        }
    }

    private void endOutput(DuplexChannel duplex) {
        Encryption tls = encryption;
        if (tls == null) {
            duplex.shutdownOutput();
        } else {
            tls.closeOutbound().addListener(told -> duplex.shutdownOutput());
        }
    }
}
