package org.qpsmtpd.core.session;

import java.util.Locale;
import org.qpsmtpd.api.control.ConnectionStatus;
import org.qpsmtpd.api.log.LogLevel;
import org.qpsmtpd.api.log.SessionRecord;
import org.qpsmtpd.core.budget.Budget;
import org.qpsmtpd.core.chain.HookRun;

/**
 * A connection's life: admission, greeting, commands, end. One thing at a time: while a hook runs
 * the session is busy and sees no further input. All methods are called on the connection's own
 * thread.
 *
 * <p>Source: qpsmtpd {@code lib/Qpsmtpd/SMTP.pm}; RFC 5321 sections 3 and 4.
 */
public final class Session {
    /** What the engine of an encrypted connection keeps, and its buffers, about. */
    private static final int TLS_OCTETS = 32 * 1024;

    private final Turn turn;
    private final Talk talk;
    private final SmtpConnection connection;
    private final Transactions transactions;
    private final Tls tls;
    private final PluginChoice choice;
    private final Opening opening;
    private final HelloVerbs hello;
    private final MailVerb mail;
    private final RcptVerb rcpt;
    private final DataVerb data;
    private final BdatVerb bdat;
    private final XclientVerb xclient;
    private final AuthVerb auth;
    private final OtherVerbs others;

    /**
     * @param endpoints the two ends of the connection
     */
    public Session(Engine engine, Wire wire, Endpoints endpoints) {
        turn = new Turn(engine, wire, endpoints, this::end);
        talk = turn.talk();
        connection = turn.smtp();
        transactions = new Transactions(turn);
        tls = new Tls(transactions);
        choice = new PluginChoice(turn, tls);
        opening = new Opening(turn, tls, choice);
        xclient = new XclientVerb(transactions, opening);
        auth = new AuthVerb(transactions, choice);
        hello = new HelloVerbs(transactions, tls, xclient, auth);
        PathReader paths = new PathReader(transactions);
        mail = new MailVerb(paths);
        rcpt = new RcptVerb(paths);
        Judgement judgement = new Judgement(transactions);
        data = new DataVerb(judgement);
        bdat = new BdatVerb(judgement);
        others = new OtherVerbs(transactions, opening);
    }

    private void end() {
        new Ending(transactions).run();
    }

    /** Takes what is known of the client besides its address; before {@link #start}. */
    public void introduce(Introduction introduction) {
        connection.introduce(introduction);
    }

    /**
     * Begins the dialogue.
     *
     * @param maxFromIp value of {@code --max-from-ip}
     * @param connectionsFromIp how many connections the client's address holds, this one included
     */
    public void start(int maxFromIp, int connectionsFromIp) {
        opening.begin(maxFromIp, connectionsFromIp);
    }

    /** Takes one command line, without its line end. */
    public void line(String line) {
        if (auth.isOpen()) {
            auth.response(line);
            return;
        }
        if (talk.shows(LogLevel.INFO)) {
            talk.log(LogLevel.INFO, "dispatching " + auth.shown(line));
        }
        int blank = 0;
        while (blank < line.length() && !isBlank(line.charAt(blank))) {
            blank++;
        }
        talk.diary().nextCommand();
        String verb = line.substring(0, blank).toLowerCase(Locale.ROOT);
        String rest = line.substring(blank).strip();
        if (verb.equals("mail") && isOutlived() && isIdle()) {
            renewed();
            return;
        }
        switch (verb) {
            case "helo" -> hello.helo(rest);
            case "ehlo" -> hello.ehlo(rest);
            case "mail" -> mail.mail(rest);
            case "rcpt" -> rcpt.rcpt(rest);
            case "data" -> data.data(rest);
            case "bdat" -> bdat.bdat(rest);
            case "rset" -> transactions.reset(() -> talk.reply(Replies.OK));
            case "noop" -> others.noop();
            case "vrfy" -> others.vrfy(rest);
            case "help" -> others.help(rest);
            case "quit" -> others.quit();
            default -> other(verb, rest);
        }
    }

    private void other(String verb, String rest) {
        if (verb.equals("auth") && auth.isKnown()) {
            auth.auth(rest);
        } else if (verb.equals("starttls") && tls.isKnown()) {
            tls.starttls(rest, () -> choice.again(() -> {}));
        } else if (verb.equals("xclient") && xclient.isKnown()) {
            xclient.xclient(rest);
        } else if (verb.equals("proxy")) {
            others.proxy(rest);
        } else if (verb.equals("lhlo") && turn.isLmtp()) {
            hello.lhlo(rest);
        } else {
            others.unrecognized(verb, rest);
        }
    }

    private static boolean isBlank(char c) {
        return c == ' ' || c == '\t';
    }

    /** Refuses a line that breaks the framing, and closes. */
    public void brokenFraming() {
        talk.brokenFraming();
    }

    /** Refuses a command line that is too long; it was thrown away. */
    public void lineTooLong() {
        if (auth.isOpen()) {
            auth.tooLong();
        } else {
            talk.reply(Replies.LINE_TOO_LONG);
        }
    }

    /** Whether the next line is part of an authentication, and may be longer than commands are. */
    public boolean isAuthenticating() {
        return auth.isOpen();
    }

    /** Whether input must wait. */
    public boolean isBusy() {
        return turn.isAsking()
                || talk.isClosing()
                || !opening.isGreeted()
                || connection.arrival().isFinishing()
                || tls.isShaking();
    }

    /** Whether the session waits between transactions, so that it can be ended without loss. */
    public boolean isIdle() {
        SmtpTransaction current = connection.transaction();
        return !isBusy()
                && (current == null || !current.hasSender())
                && !connection.arrival().isReceiving()
                && !auth.isOpen();
    }

    /** Whether it can be ended without loss: it is idle, or has not begun. */
    public boolean isExpendable() {
        return isIdle() || tls.isShaking();
    }

    /** How long the client may take now, in seconds. */
    public int patienceSeconds() {
        Settings settings = turn.settings();
        if (auth.isOpen()) {
            return auth.patienceSeconds();
        }
        return connection.arrival().isReceiving()
                ? settings.dataSeconds()
                : settings.commandSeconds();
    }

    /** About how much memory it keeps now, in octets, without the buffers of its connection. */
    public long held() {
        SmtpTransaction current = connection.transaction();
        return Budget.SESSION
                + (current == null ? 0 : current.held())
                + connection.held()
                + turn.lookUps().held()
                + talk.diary().log().growth()
                + (tls.isBegun() ? TLS_OCTETS : 0);
    }

    /** Tells the client that the server stops, and closes. */
    public void shutDown() {
        if (tls.isShaking()) {
            talk.drop();
        } else {
            talk.end(Replies.SHUTTING_DOWN);
        }
    }

    /**
     * Ends the session because an administrator wants it. Not with 550, as qpsmtpd's pollserver
     * did: a sending server would return its message as undeliverable.
     */
    public void killed() {
        talk.end(Replies.KILLED);
    }

    /**
     * Ends the session because it keeps more in memory than others, of which too little is left.
     *
     * @param octets how much it keeps with its buffers
     */
    public void crowdedOut(long octets) {
        talk.log(LogLevel.NOTICE, "keeps " + octets + " octets while memory is short, closing");
        talk.end(Replies.CROWDED_OUT);
    }

    /** Ends the session when the client took too long. */
    public void timedOut() {
        talk.log(LogLevel.NOTICE, "Connection Timed Out");
        talk.reply(Replies.TIMED_OUT);
        talk.disconnect();
    }

    /** Tells a client that sends nothing more, and has not sent all of its message. */
    public void cutShort() {
        talk.reply(Replies.INCOMPLETE);
    }

    /**
     * Checks whether a running hook is overdue, and whether the session has outlived its plugins.
     */
    public void tick(long nanoTime) {
        HookRun current = turn.run();
        if (current != null) {
            current.tick(nanoTime);
        } else if (isOutlived() && isIdle()) {
            renewed();
        }
    }

    /**
     * Whether plugins of this session were replaced longer ago than {@code retire_after} allows.
     */
    private boolean isOutlived() {
        return turn.generation().isOver(turn.engine().settings().retireSeconds());
    }

    private void renewed() {
        talk.log(LogLevel.NOTICE, "the plugins of this session were replaced, closing");
        talk.reply(Replies.RENEWED);
        talk.disconnect();
    }

    /** The client has gone, or was closed by us. */
    public void closed() {
        auth.close();
        turn.closed();
    }

    /** Whether the hooks of the end have run and nothing is left to do. */
    public boolean isOver() {
        return turn.isEnded() && !turn.isAsking();
    }

    /** Identifies the connection in the log. */
    public String id() {
        return connection.id();
    }

    /** Whether an id is this connection's or that of one of its messages. */
    public boolean isKnownAs(String someId) {
        return someId.equals(id()) || someId.startsWith(id() + "-");
    }

    /** What happened so far. */
    public SessionRecord record() {
        return talk.diary()
                .snapshot(connection.remoteHost(), turn.isEnded(), connection.transaction());
    }

    /** What it is doing now. */
    public ConnectionStatus status() {
        SmtpTransaction current = connection.transaction();
        String sender = current != null && current.hasSender() ? current.sender().format() : "";
        return new ConnectionStatus(
                id(),
                connection.peer(),
                connection.remoteHost(),
                talk.diary().began(),
                state(!sender.isEmpty()),
                turn.generation().number(),
                turn.plugins().name(),
                connection.helloHost(),
                sender,
                talk.diary().messages());
    }

    private String state(boolean sending) {
        HookRun current = turn.run();
        if (current != null) {
            return current.description();
        }
        if (talk.isClosing()) {
            return "closing";
        }
        if (tls.isShaking()) {
            return "tls";
        }
        if (!opening.isGreeted()) {
            return "connect";
        }
        if (connection.arrival().isReceiving()) {
            return "data";
        }
        return sending ? "mail" : "command";
    }
}
