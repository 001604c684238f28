package org.qpsmtpd.core.session;

/** Replies that never change. */
final class Replies {
    static final Reply OK = Reply.of(250, "2.0.0", "OK");
    static final Reply GO_AHEAD = Reply.plain(354, "go ahead");
    static final Reply EACH_FOLLOWS = Reply.plain(353, "a reply for each recipient follows");
    static final Reply NO_LMTP = Reply.of(500, "5.5.1", "This port speaks LMTP, say LHLO");
    static final Reply TIMED_OUT = Reply.of(421, "4.4.2", "Connection Timed Out");
    static final Reply SHUTTING_DOWN =
            Reply.of(421, "4.3.2", "Service shutting down, try again later");
    static final Reply KILLED =
            Reply.of(421, "4.3.2", "Your connection has been killed by an administrator");
    static final Reply CROWDED_OUT =
            Reply.of(421, "4.3.1", "This connection takes too much memory, try again later");
    static final Reply RENEWED = Reply.of(421, "4.3.2", "Service renewed, please connect again");
    static final Reply BARE_LINE_END =
            Reply.of(421, "4.5.2", "See http://smtpd.develooper.com/barelf.html");
    static final Reply LINE_TOO_LONG = Reply.of(500, "5.5.2", "Line too long");
    static final Reply UNRECOGNIZED = Reply.of(500, "5.5.1", "Unrecognized command");
    static final Reply NO_PARAMETERS =
            Reply.of(501, "5.5.4", "Syntax error (no parameters allowed)");
    static final Reply TLS_ALREADY = Reply.of(503, "5.5.1", "The connection is encrypted already");
    static final Reply SAY_EHLO = Reply.of(503, "5.5.1", "please say EHLO first ...");
    static final Reply BEHIND_STARTTLS =
            Reply.of(554, "5.5.1", "Nothing may follow STARTTLS before the handshake");
    static final Reply NO_TLS = Reply.of(454, "4.7.0", "TLS not available due to temporary reason");
    static final Reply START_TLS = Reply.of(220, "2.0.0", "Go ahead with TLS");
    static final Reply PROXY_REFUSED = Reply.of(554, "5.7.1", "PROXY is not accepted from you");
    static final Reply XCLIENT_REFUSED = Reply.of(550, "5.7.1", "XCLIENT is not accepted from you");
    static final Reply IN_TRANSACTION = Reply.of(503, "5.5.1", "A transaction is going on");
    static final Reply AUTH_ALREADY = Reply.of(503, "5.5.1", "but you already said AUTH ...");
    static final Reply AUTH_NEEDS_EHLO = Reply.of(503, "5.5.1", "AUTH not defined for HELO");
    static final Reply AUTH_NEEDS_TLS =
            Reply.of(538, "5.7.11", "SSL/TLS required before AUTH, say STARTTLS first");
    static final Reply AUTH_NEEDS_MECHANISM =
            Reply.of(501, "5.5.4", "AUTH takes a mechanism and maybe an initial response");
    static final Reply AUTH_CANCELED = Reply.of(501, "5.7.0", "Authentication canceled");
    static final Reply AUTH_MALFORMED = Reply.of(501, "5.5.2", "Invalid authentication string");
    static final Reply AUTH_TOO_LONG =
            Reply.of(500, "5.5.6", "Authentication exchange line is too long");
    static final Reply AUTH_DEFERRED =
            Reply.of(454, "4.7.0", "Temporary authentication failure, try again later");
    static final Reply AUTH_TOO_MANY =
            Reply.of(421, "4.7.0", "Too many attempts to authenticate, closing connection");
    static final Reply SAY_HELLO = Reply.of(503, "5.5.1", "please say hello first ...");
    static final Reply MAIL_BEFORE_RCPT = Reply.of(503, "5.5.1", "Use MAIL before RCPT");
    static final Reply RCPT_AFTER_BDAT =
            Reply.of(503, "5.5.1", "BDAT has begun, RCPT cannot follow");
    static final Reply MAIL_FIRST = Reply.of(503, "5.5.1", "MAIL first");
    static final Reply RCPT_FIRST = Reply.of(503, "5.5.1", "RCPT first");
    static final Reply TOO_MANY_RECIPIENTS = Reply.of(452, "4.5.3", "Too many recipients");
    static final Reply NO_ROOM = Reply.of(452, "4.3.1", "Not enough memory, try again later");
    static final Reply MESSAGE_TOO_BIG = Reply.of(552, "5.3.4", "Message too big!");
    static final Reply HEADER_TOO_BIG = Reply.of(552, "5.3.4", "Message header too big");
    static final Reply INTERNAL_ERROR = Reply.of(421, "4.3.0", "Internal error - try again later");
    static final Reply SETTINGS_UNKNOWN =
            Reply.of(421, "4.3.0", "Service not available, try again later");
    static final Reply NO_MEMORY =
            Reply.of(452, "4.3.1", "Too many messages at once; try again later");
    static final Reply FAULT = Reply.of(451, "4.3.0", "Internal error - try again later");
    static final Reply NO_SPOOL =
            Reply.of(451, "4.3.1", "Queuing declined or disabled; try again later");
    static final Reply NOT_QUEUED =
            Reply.of(451, "4.3.0", "Queuing declined or disabled; try again later");
    static final Reply INCOMPLETE = Reply.of(451, "4.4.2", "Incomplete DATA");
    static final Reply BARE_IN_CHUNK = Reply.of(554, "5.6.0", "Bare CR or LF in the message");
    static final Reply NEEDS_UTF8 =
            Reply.of(553, "5.6.7", "address needs the SMTPUTF8 parameter of MAIL");

    private Replies() {}
}
