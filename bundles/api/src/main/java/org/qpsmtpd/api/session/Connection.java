package org.qpsmtpd.api.session;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import org.osgi.annotation.versioning.ProviderType;
import org.qpsmtpd.api.config.Config;
import org.qpsmtpd.api.log.LogLevel;
import org.qpsmtpd.api.mail.Address;
import org.qpsmtpd.api.mail.AuthenticationResult;
import org.qpsmtpd.api.service.Clock;

/**
 * A client's connection. One hook at a time runs for a connection, each seeing what the one before
 * wrote; a plugin keeps nothing of it beyond the hook's call.
 *
 * <p>Source: qpsmtpd {@code lib/Qpsmtpd/Connection.pm}.
 */
@ProviderType
public interface Connection {
    /** Identifies the connection in the log; letters and digits, unique while the server runs. */
    String id();

    /** The client's address; a v4-mapped IPv6 address is given as IPv4. */
    InetAddress remoteAddress();

    /** The client's address as text: dotted quad, or IPv6 in RFC 5952 form without brackets. */
    String remoteIp();

    /** The client's port, 1 to 65535; 0 when not known. */
    int remotePort();

    /** The client's host name by reverse look-up; {@code Unknown} when there is none. */
    String remoteHost();

    /** The host name, with {@code USER@} before it when an ident answer is known. */
    String remoteInfo();

    /** The server's address on this connection, as text; empty when not known. */
    String localIp();

    /** The server's port, 1 to 65535; 0 when not known. */
    int localPort();

    /** Whether the client may send mail to any domain. */
    boolean isRelayClient();

    /** Allows or forbids the client to send mail to any domain. */
    void setRelayClient(boolean relayClient);

    /** How the client greeted; NONE while the {@code helo} and {@code ehlo} hooks run. */
    Hello hello();

    /**
     * The name the client gave in HELO or EHLO; empty before. Any text without control characters.
     */
    String helloHost();

    /** User name of a successful AUTH; empty without. */
    String authUser();

    /** Mechanism of a successful AUTH in upper case; empty without. */
    String authMechanism();

    /** What was agreed for TLS; absent on a connection in clear. */
    Optional<TlsInfo> tls();

    /** The connection's notes. */
    Notes notes();

    /** How long it lasts; what {@link PluginState} asks. */
    Lifetime lifetime();

    /** The configuration for this connection. */
    Config config();

    /**
     * The configuration with one sender's or recipient's own values first (hook {@code
     * user_config}).
     */
    Config configFor(Address address);

    /** The server's clock. */
    Clock clock();

    /** A refusal that was left for later; absent when no plugin left one. */
    Optional<Naughty> naughty();

    /** Forgets a refusal that was left for later, as a successful AUTH does. */
    void clearNaughty();

    /** Adds to the note {@code karma}: positive for good signs, negative for bad ones. */
    default void adjustKarma(int by) {
        notes().put(NoteKey.KARMA, notes().get(NoteKey.KARMA).orElse(0) + by);
    }

    /**
     * Whether filters should leave the client alone: it may relay, or its host is whitelisted. Says
     * nothing about which recipients are ours. What is asked about a message asks the transaction.
     */
    default boolean isImmune() {
        return isRelayClient() || notes().has(NoteKey.WHITELIST_HOST);
    }

    /** Whether the client is this machine: an address of 127.0.0.0/8 or ::1. */
    default boolean isLocalhost() {
        return remoteAddress().isLoopbackAddress();
    }

    /**
     * Adds a result to the Authentication-Results field of the message that is on its way, or of
     * all messages when no transaction is open. Beyond 16 KiB of text nothing is added.
     */
    void addAuthenticationResult(AuthenticationResult result);

    /**
     * Waits for the client to speak out of turn, without holding a thread.
     *
     * @param limit how long to wait, up to an hour
     * @return true as soon as bytes arrive or are already there, false when the time is up or the
     *     client is gone
     */
    CompletionStage<Boolean> awaitInput(Duration limit);

    /**
     * Writes a line of the log for the plugin whose hook runs, at a level that slf4j may not have.
     * To be called within a hook.
     *
     * @param fields parts of the line, with a tab between them; a control character within one is
     *     escaped, and one of more than 2000 characters is cut
     */
    void log(LogLevel level, List<String> fields);

    /**
     * Says that the connection is another client's, for whom the one that made it speaks, such as a
     * TLS wrapper. To be called within {@code unrecognized_command} by a plugin that trusts whoever
     * says so, and that then answers OK: nothing is replied, notes are forgotten, and the session
     * begins anew for that client, with all hooks of its beginning but without another greeting.
     *
     * @param client address and port of the client; port 0 when not known
     * @param server where the client connected to
     * @return false when it cannot be: the client has greeted, uses TLS here, or was said to be
     *     another one before
     */
    boolean speakFor(InetSocketAddress client, InetSocketAddress server);

    /**
     * Runs code elsewhere as a part of the plugin's call, so that what it logs is known as the
     * plugin's, with the connection and the hook. To be called within a hook.
     *
     * @param executor where the code really runs
     */
    Executor carrying(Executor executor);
}
