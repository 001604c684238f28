package org.qpsmtpd.api.auth;

import org.qpsmtpd.api.answer.Action;
import org.qpsmtpd.api.answer.HookResult;

/** What an exchange says next. Immutable. */
public final class SaslStep {
    private static final byte[] NONE = new byte[0];

    private final Kind kind;
    private final byte[] octets;
    private final String user;
    private final String actsFor;
    private final String text;
    private final String reason;

    private SaslStep(
            Kind kind, byte[] octets, String user, String actsFor, String text, String reason) {
        this.kind = kind;
        this.octets = octets;
        this.user = user;
        this.actsFor = actsFor;
        this.text = text;
        this.reason = reason;
    }

    /** What a step is. */
    public enum Kind {
        /** The client is to respond. */
        CHALLENGE,
        /** The client has proved who it is. */
        SUCCESS,
        /** It has not: 535. */
        FAILURE,
        /** It cannot be told now: 454. */
        DEFERRED,
        /** What the client sent cannot be read: 501. */
        MALFORMED
    }

    /** The client is to respond to these octets, maybe none. */
    public static SaslStep challenge(byte[] octets) {
        return new SaslStep(Kind.CHALLENGE, octets.clone(), "", "", "", "");
    }

    /** The client has proved who it is. */
    public static SaslStep success(String user) {
        return new SaslStep(Kind.SUCCESS, NONE, user, user, "", "");
    }

    /**
     * The client has not proved who it says it is, and is not told why.
     *
     * @param user the one that tried; empty where that is not known
     * @param reason for the log, without a secret
     */
    public static SaslStep failure(String user, String reason) {
        return new SaslStep(Kind.FAILURE, NONE, user, user, "", reason);
    }

    /** Nobody can tell now. */
    public static SaslStep deferred(String user, String reason) {
        return new SaslStep(Kind.DEFERRED, NONE, user, user, "", reason);
    }

    /** What the client sent breaks the mechanism's rules. */
    public static SaslStep malformed(String reason) {
        return new SaslStep(Kind.MALFORMED, NONE, "", "", "", reason);
    }

    /**
     * What the answer of plugins comes to: OK is success, a temporary refusal defers, and anything
     * else is a failure.
     */
    public static SaslStep of(String user, HookResult answer) {
        String reason = answer.reason().isEmpty() ? answer.text() : answer.reason();
        if (answer.action() == Action.OK) {
            return new SaslStep(Kind.SUCCESS, NONE, user, user, answer.text(), reason);
        }
        return answer.action().refuses() && answer.action().isTemporary()
                ? deferred(user, reason)
                : failure(user, reason);
    }

    /** The same with octets that the client gets before it is told of its success. */
    public SaslStep withOctets(byte[] last) {
        return new SaslStep(kind, last.clone(), user, actsFor, text, reason);
    }

    /** The same with another user whose rights the client gets. */
    public SaslStep actingFor(String other) {
        return new SaslStep(kind, octets, user, other, text, reason);
    }

    /** What it is. */
    public Kind kind() {
        return kind;
    }

    /** A copy of the challenge, or of what goes to the client with success; may be empty. */
    public byte[] octets() {
        return octets.clone();
    }

    /** Who has proved itself, or who tried; empty where that is not known. */
    public String user() {
        return user;
    }

    /** Whose rights the client gets; the same as {@link #user} as a rule. */
    public String actsFor() {
        return actsFor;
    }

    /** For the client when it succeeds; may be empty. */
    public String text() {
        return text;
    }

    /** For the log; may be empty. */
    public String reason() {
        return reason;
    }

    @Override
    public String toString() {
        return kind + (user.isEmpty() ? "" : " " + user);
    }
}
