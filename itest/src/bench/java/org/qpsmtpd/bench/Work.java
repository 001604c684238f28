package org.qpsmtpd.bench;

/** One kind of load, named by the letter that {@code --only} takes. */
enum Work {
    DISCARD("a", "one 4 KiB message a session, discarded", 10, 1),
    MAILDIR("b", "one 4 KiB message a session, into a maildir", 10, 1),
    SPOOL("sp", "the same into the spool, the next hop is away", Queue.SPOOL, 10, 1),
    MANY("c", "100 messages of 4 KiB a connection, discarded", 10, 100),
    PIPELINED("cp", "c', the same as c with MAIL, RCPT, DATA in one write", 10, 100),
    LARGE("e", "one 10 MB message a session, discarded", 4, 1),
    CONNECT("f", "connect, read the banner, QUIT", 10, 0),
    GATES("g", "a message of a new client, 1,000 of them, no answer kept", 10, 0, 0, 0),
    CROWD("gn", "the same, each client begins a session every 2 s", 200, 0, 0, 2000),
    LATE("gd", "the same as gn, the DNS answers 200 ms later", 200, 0, 200, 2000),
    KNOWN("gw", "the same as g, all answers kept", 10, 3600, 0, 0),
    SITE("h", "a site's chain, with scanners that take 20 and 80 ms", Queue.SITE, 600, 1),
    FORWARD("fw", "one 4 KiB message a session, handed on to smtp-sink", Queue.FORWARD, 10, 1),
    PROXY("fp", "the same through smtp-proxy", Queue.PROXY, 10, 1),
    FORWARD_LARGE("fl", "one 10 MB message a session, handed on to smtp-sink", Queue.FORWARD, 4, 1),
    FORWARD_BARE(
            "fb", "the same, handed on to a bare handler of Netty", Queue.FORWARD_BARE, 4, 1),
    SIGNED("u", "a signed message of a visitor, nothing checked", Queue.SIGNED, 10, 1),
    CHECKED_LATE(
            "wd",
            "the same, SPF, DKIM and DMARC checked, each client begins a session every 2 s, no"
                    + " answer kept, which come 200 ms later",
            Queue.CHECKED,
            200,
            0,
            200,
            2000),
    CHECKED("w", "the same as wd, all answers kept, one session after the other", Queue.CHECKED, 10, 1),
    IDLE("d", "idle sessions, and one client beside them", 0, 0);

    /** Names of clients do not change from session to session. */
    private static final int KEPT = 3600;

    private final String letter;
    private final String title;
    private final int clients;
    private final int messagesPerSession;
    private final Queue queue;
    private final int ttlSeconds;
    private final int delayMillis;
    private final int paceMillis;

    Work(String letter, String title, int clients, int messagesPerSession) {
        this(
                letter,
                title,
                letter.equals("b") ? Queue.MAILDIR : Queue.DISCARD,
                clients,
                messagesPerSession);
    }

    Work(String letter, String title, Queue queue, int clients, int messagesPerSession) {
        this.letter = letter;
        this.title = title;
        this.queue = queue;
        this.clients = clients;
        this.messagesPerSession = messagesPerSession;
        ttlSeconds = KEPT;
        delayMillis = 0;
        paceMillis = 0;
    }

    /** One 4 KiB message a session, of visitors at the gates. */
    Work(String letter, String title, int clients, int ttl, int delay, int pace) {
        this(letter, title, Queue.GATES, clients, ttl, delay, pace);
    }

    /** One 4 KiB message a session, of visitors. */
    Work(String letter, String title, Queue queue, int clients, int ttl, int delay, int pace) {
        this.letter = letter;
        this.title = title;
        this.clients = clients;
        messagesPerSession = 1;
        this.queue = queue;
        ttlSeconds = ttl;
        delayMillis = delay;
        paceMillis = pace;
    }

    String letter() {
        return letter;
    }

    String title() {
        return title;
    }

    /** How many clients run at once. */
    int clients() {
        return clients;
    }

    /** Messages in one session; 0 when the session itself is what is counted. */
    int messagesPerSession() {
        return messagesPerSession;
    }

    /** What its servers do with messages. */
    Queue queue() {
        return queue;
    }

    /** Whether its sessions are those of visitors. */
    boolean isOfVisitors() {
        return queue == Queue.GATES || queue == Queue.SITE || isSigned();
    }

    /** Whether its messages are signed. */
    boolean isSigned() {
        return queue == Queue.SIGNED || queue == Queue.CHECKED;
    }

    /** Whether its messages are large. */
    boolean isLarge() {
        return this == LARGE || this == FORWARD_LARGE || this == FORWARD_BARE;
    }

    /** How long answers of the name server may be kept, in seconds. */
    int ttlSeconds() {
        return ttlSeconds;
    }

    /** How late the name server answers, in milliseconds. */
    int delayMillis() {
        return delayMillis;
    }

    /** Milliseconds from the begin of a client's session to that of its next; 0: at once. */
    int paceMillis() {
        return paceMillis;
    }

    /** What the figures per second and per thousand count. */
    String unit() {
        return messagesPerSession == 0 ? "sessions" : "messages";
    }

    static Work ofLetter(String letter) {
        for (Work work : values()) {
            if (work.letter.equals(letter)) {
                return work;
            }
        }
        throw new IllegalArgumentException("no work is named '" + letter + "'");
    }
}
