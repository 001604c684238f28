package org.qpsmtpd.testkit;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;
import org.qpsmtpd.api.answer.Action;
import org.qpsmtpd.api.answer.HookResult;
import org.qpsmtpd.api.log.LogLevel;
import org.qpsmtpd.api.mail.Address;
import org.qpsmtpd.api.mail.AuthenticationResult;
import org.qpsmtpd.api.net.Network;
import org.qpsmtpd.api.session.Connection;
import org.qpsmtpd.api.session.Hello;
import org.qpsmtpd.api.session.Lifetime;
import org.qpsmtpd.api.session.Naughty;
import org.qpsmtpd.api.session.NoteKey;
import org.qpsmtpd.api.session.Notes;
import org.qpsmtpd.api.session.TlsInfo;

/**
 * A connection that records what plugins do to it. The methods that begin with {@code with} set it
 * up and return it.
 *
 * <pre>{@code
 * FakeConnection connection = FakeConnection.from("192.0.2.1").withEhlo("mail.example.org");
 * connection.config().set("rcpthosts", "example.com");
 * }</pre>
 */
public final class FakeConnection implements Connection {
    private final InetAddress remoteAddress;
    private final String remoteIp;
    private final FakeNotes notes = new FakeNotes();
    private final Lifetime lifetime = new Lifetime();
    private final Queue<CompletionStage<Boolean>> inputs = new ArrayDeque<>();
    private final List<Duration> awaited = new ArrayList<>();
    private final List<AuthenticationResult> authenticationResults = new ArrayList<>();
    private final List<String> logged = new ArrayList<>();
    private final Map<String, FakeConfig> configs = new HashMap<>();
    private FakeConfig config = new FakeConfig();
    private FakeClock clock = new FakeClock();
    private String id = "fake1";
    private int remotePort = 50_000;
    private String remoteHost = "Unknown";
    private @Nullable String remoteInfo;
    private String localIp = "192.0.2.25";
    private int localPort = 25;
    private boolean relayClient;
    private Hello hello = Hello.NONE;
    private String helloHost = "";
    private String authUser = "";
    private String authMechanism = "";
    private @Nullable TlsInfo tls;
    private @Nullable Naughty naughty;

    private FakeConnection(String ip) {
        remoteAddress = Network.parseAddress(ip);
        remoteIp = remoteAddress instanceof Inet4Address ? remoteAddress.getHostAddress() : ip;
    }

    /** A connection from 192.0.2.1, before the greeting. */
    public static FakeConnection create() {
        return from("192.0.2.1");
    }

    /**
     * A connection from the given address, before the greeting.
     *
     * @param ip dotted quad, or IPv6 in RFC 5952 form without brackets
     */
    public static FakeConnection from(String ip) {
        return new FakeConnection(ip);
    }

    /** The client may send mail to any domain. */
    public FakeConnection relaying() {
        relayClient = true;
        return this;
    }

    /** Gives the connection its name in the log; {@code fake1} otherwise. */
    public FakeConnection withId(String newId) {
        id = newId;
        return this;
    }

    /** Sets the client's port; 50000 otherwise. */
    public FakeConnection withRemotePort(int port) {
        remotePort = port;
        return this;
    }

    /** Sets the client's host name by reverse look-up; {@code Unknown} otherwise. */
    public FakeConnection withRemoteHost(String host) {
        remoteHost = host;
        return this;
    }

    /** Sets the client's name with the user of its ident answer; the host name otherwise. */
    public FakeConnection withRemoteInfo(String info) {
        remoteInfo = info;
        return this;
    }

    /** Sets the server's address and port; 192.0.2.25 and 25 otherwise. */
    public FakeConnection withLocal(String ip, int port) {
        localIp = ip;
        localPort = port;
        return this;
    }

    /** The client has said HELO. */
    public FakeConnection withHelo(String host) {
        hello = Hello.HELO;
        helloHost = host;
        return this;
    }

    /** The client has said EHLO. */
    public FakeConnection withEhlo(String host) {
        hello = Hello.EHLO;
        helloHost = host;
        return this;
    }

    /** The client has authenticated itself; whether it may relay is not changed. */
    public FakeConnection withAuth(String user, String mechanism) {
        authUser = user;
        authMechanism = mechanism;
        return this;
    }

    /** The connection is encrypted. */
    public FakeConnection withTls(String protocol, String cipher) {
        tls = new TlsInfo(protocol, cipher);
        return this;
    }

    /** A plugin has left a refusal for later. */
    public FakeConnection withNaughty(Action type, String text) {
        naughty = new Naughty(text, type);
        return this;
    }

    /** Uses this configuration; an empty one otherwise. */
    public FakeConnection withConfig(FakeConfig newConfig) {
        config = newConfig;
        return this;
    }

    /**
     * Uses this configuration for one sender or recipient; the connection's otherwise.
     *
     * @param address {@code user@host} in any spelling
     */
    public FakeConnection withConfigFor(String address, FakeConfig newConfig) {
        configs.put(Address.of(address).comparable(), newConfig);
        return this;
    }

    /** Uses this clock; one that stands at {@link FakeClock#START} otherwise. */
    public FakeConnection withClock(FakeClock newClock) {
        clock = newClock;
        return this;
    }

    /** Sets a note. */
    public <T> FakeConnection withNote(NoteKey<T> key, T value) {
        notes.put(key, value);
        return this;
    }

    /** The next {@link #awaitInput} not yet spoken for is answered with true. */
    public FakeConnection speakingEarly() {
        inputs.add(CompletableFuture.completedFuture(true));
        return this;
    }

    /** The next {@link #awaitInput} not yet spoken for is answered with false. */
    public FakeConnection stayingSilent() {
        inputs.add(CompletableFuture.completedFuture(false));
        return this;
    }

    /** The next {@link #awaitInput} not yet spoken for is answered when the test says so. */
    public FakeConnection withInput(CompletionStage<Boolean> answer) {
        inputs.add(answer);
        return this;
    }

    /**
     * Does what the server does with a plugin's answer besides replying: changes the karma.
     *
     * @return the same answer
     */
    public HookResult answered(HookResult answer) {
        adjustKarma(answer.karma());
        return answer;
    }

    /** Ends the connection, and with it what plugins keep of it. */
    public void end() {
        notes.clear();
        lifetime.end();
    }

    /** The karma given so far; 0 when none was. */
    public int karma() {
        return notes.get(NoteKey.KARMA).orElse(0);
    }

    /** The texts of the results given to {@link #addAuthenticationResult}, in order. */
    public List<String> authenticationResults() {
        return authenticationResults.stream().map(AuthenticationResult::toString).toList();
    }

    List<AuthenticationResult> results() {
        return List.copyOf(authenticationResults);
    }

    /** The limits given to {@link #awaitInput}, in order. */
    public List<Duration> awaited() {
        return List.copyOf(awaited);
    }

    /** The lines given to {@link #log}, in order: the level, a blank and the fields. */
    public List<String> logged() {
        return List.copyOf(logged);
    }

    @Override
    public String id() {
        return id;
    }

    @Override
    public InetAddress remoteAddress() {
        return remoteAddress;
    }

    @Override
    public String remoteIp() {
        return remoteIp;
    }

    @Override
    public int remotePort() {
        return remotePort;
    }

    @Override
    public String remoteHost() {
        return remoteHost;
    }

    @Override
    public String remoteInfo() {
        return remoteInfo == null ? remoteHost : remoteInfo;
    }

    @Override
    public String localIp() {
        return localIp;
    }

    @Override
    public int localPort() {
        return localPort;
    }

    @Override
    public boolean isRelayClient() {
        return relayClient;
    }

    @Override
    public void setRelayClient(boolean newRelayClient) {
        relayClient = newRelayClient;
    }

    @Override
    public Hello hello() {
        return hello;
    }

    @Override
    public String helloHost() {
        return helloHost;
    }

    @Override
    public String authUser() {
        return authUser;
    }

    @Override
    public String authMechanism() {
        return authMechanism;
    }

    @Override
    public Optional<TlsInfo> tls() {
        return Optional.ofNullable(tls);
    }

    @Override
    public Notes notes() {
        return notes;
    }

    /** What {@link #withConfigFor} gave for the address, in lower case; else the configuration. */
    /** Says yes while the client has not greeted; the addresses stay as they are. */
    @Override
    public boolean speakFor(InetSocketAddress client, InetSocketAddress server) {
        return hello() == Hello.NONE;
    }

    @Override
    public FakeConfig configFor(Address address) {
        return configs.getOrDefault(address.comparable(), config);
    }

    @Override
    public Lifetime lifetime() {
        return lifetime;
    }

    @Override
    public FakeConfig config() {
        return config;
    }

    @Override
    public FakeClock clock() {
        return clock;
    }

    /** The refusal given to {@link #withNaughty}; answers of plugins do not get here. */
    @Override
    public Optional<Naughty> naughty() {
        return Optional.ofNullable(naughty);
    }

    @Override
    public void clearNaughty() {
        naughty = null;
    }

    @Override
    public void addAuthenticationResult(AuthenticationResult result) {
        authenticationResults.add(result);
    }

    @Override
    public void log(LogLevel level, List<String> fields) {
        logged.add(level + " " + String.join("\t", fields));
    }

    /**
     * {@inheritDoc}
     *
     * @throws IllegalStateException when the test did not say what the client does
     */
    @Override
    public CompletionStage<Boolean> awaitInput(Duration limit) {
        CompletionStage<Boolean> answer = inputs.poll();
        if (answer == null) {
            throw new IllegalStateException(
                    "awaitInput("
                            + limit
                            + ") was not expected: tell the connection speakingEarly() or"
                            + " stayingSilent()");
        }
        awaited.add(limit);
        return answer;
    }

    @Override
    public Executor carrying(Executor executor) {
        return executor;
    }
}
