package org.qpsmtpd.bench;

/** One kind of load, named by the letter that {@code --only} takes. */
enum Work {
    DISCARD("a", "one 4 KiB message a session, discarded", 10, 1),
    MAILDIR("b", "one 4 KiB message a session, into a maildir", 10, 1),
    MANY("c", "100 messages of 4 KiB a connection, discarded", 10, 100),
    PIPELINED("cp", "c', the same as c with MAIL, RCPT, DATA in one write", 10, 100),
    LARGE("e", "one 10 MB message a session, discarded", 4, 1),
    CONNECT("f", "connect, read the banner, QUIT", 10, 0),
    IDLE("d", "idle sessions, and one client beside them", 0, 0);

    private final String letter;
    private final String title;
    private final int clients;
    private final int messagesPerSession;

    Work(String letter, String title, int clients, int messagesPerSession) {
        this.letter = letter;
        this.title = title;
        this.clients = clients;
        this.messagesPerSession = messagesPerSession;
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
