package org.qpsmtpd.core.session;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;
import org.qpsmtpd.api.answer.Action;
import org.qpsmtpd.api.config.Config;
import org.qpsmtpd.api.log.LogLevel;
import org.qpsmtpd.api.mail.AuthenticationResult;
import org.qpsmtpd.api.service.Clock;
import org.qpsmtpd.api.session.Connection;
import org.qpsmtpd.api.session.Hello;
import org.qpsmtpd.api.session.Lifetime;
import org.qpsmtpd.api.session.Naughty;
import org.qpsmtpd.api.session.NoteKey;
import org.qpsmtpd.api.session.Notes;
import org.qpsmtpd.api.session.TlsInfo;
import org.qpsmtpd.core.log.LogRouter;
import org.qpsmtpd.core.log.PluginCall;

/** What plugins see of a client's connection. */
final class SmtpConnection implements Connection {
    /** Results of authentication beyond are left out. */
    private final String id;

    private final LookUps lookUps;
    private final Wire wire;
    private final LogRouter log;
    private final Arrival arrival = new Arrival();
    private final InetAddress ownAddress;
    private Endpoints endpoints;
    private final NoteMap notes = new NoteMap();
    private @Nullable Lifetime lifetime;
    private String remoteHost = "Unknown";
    private @Nullable String remoteInfo;
    private boolean hostKnown;
    private Standing standing = Standing.NONE;
    private Standing atGreeting = Standing.NONE;
    private Hello hello = Hello.NONE;
    private String helloHost = "";
    private @Nullable SmtpTransaction transaction;
    private final NaughtyMark naughty = new NaughtyMark();
    private @Nullable Encrypted tls;
    private @Nullable Xclient behind;
    private @Nullable Endpoints successor;
    private boolean succeeded;

    SmtpConnection(String id, Endpoints endpoints, LookUps lookUps, Wire wire, LogRouter log) {
        this.id = id;
        this.lookUps = lookUps;
        this.wire = wire;
        this.log = log;
        this.endpoints = endpoints;
        this.ownAddress = endpoints.remoteAddress();
    }

    @Override
    public String id() {
        return id;
    }

    @Override
    public InetAddress remoteAddress() {
        return endpoints.remoteAddress();
    }

    @Override
    public String remoteIp() {
        return endpoints.remoteIp();
    }

    @Override
    public int remotePort() {
        return endpoints.remotePort();
    }

    @Override
    public String remoteHost() {
        return remoteHost;
    }

    void setRemoteHost(String host) {
        remoteHost = host;
    }

    /** Takes what a super-server told. */
    void introduce(Introduction introduction) {
        remoteHost = introduction.host();
        remoteInfo = introduction.looked() ? introduction.info() : null;
        hostKnown = introduction.looked();
        introduction.relay().ifPresent(value -> notes.put(NoteKey.RELAY_BY_SUPER_SERVER, value));
        introduction.rblsmtpd().ifPresent(value -> notes.put(NoteKey.RBLSMTPD, value));
        introduction
                .whitelist()
                .ifPresent(value -> notes.put(NoteKey.WHITELIST_BY_SUPER_SERVER, value));
    }

    /** Whether the host name was looked for already. */
    boolean isHostKnown() {
        return hostKnown;
    }

    @Override
    public String remoteInfo() {
        String info = remoteInfo;
        return info == null ? remoteHost : info;
    }

    /** The client's address and port, an IPv6 address in brackets. */
    String peer() {
        String ip = remoteIp();
        return (ip.indexOf(':') < 0 ? ip : "[" + ip + "]") + ":" + remotePort();
    }

    @Override
    public String localIp() {
        return endpoints.localIp();
    }

    @Override
    public int localPort() {
        return endpoints.localPort();
    }

    /** The port of our socket. */
    int socketPort() {
        return endpoints.socketPort();
    }

    @Override
    public boolean isRelayClient() {
        return standing.relays();
    }

    @Override
    public void setRelayClient(boolean relay) {
        standing = standing.relaying(relay);
    }

    @Override
    public Hello hello() {
        return hello;
    }

    @Override
    public String helloHost() {
        return helloHost;
    }

    void setHello(Hello newHello, String host) {
        Xclient other = behind;
        Hello said = other == null ? Hello.NONE : other.protocol();
        hello = said == Hello.NONE ? newHello : said;
        helloHost = host;
    }

    /** The name that a greeting stands for: once, that of the client behind, if it is known. */
    String greetingName(String said) {
        Xclient other = behind;
        return other == null || !helloHost.isEmpty() ? said : other.value("HELO").orElse(said);
    }

    /** The client's address as the socket or the PROXY header has it. */
    InetAddress ownAddress() {
        return ownAddress;
    }

    /** Whether the name of the client behind was told, so that nothing need be looked up. */
    boolean isNamed() {
        Xclient other = behind;
        return other != null && other.names("NAME");
    }

    /** Becomes the connection of the client behind; nothing is kept of the one before. */
    void speakFor(Xclient other) {
        behind = other;
        tls = encrypted().map(Encrypted::forAnother).orElse(null);
        endpoints =
                endpoints.behindProxy(
                        other.address("ADDR").orElse(endpoints.remoteAddress()),
                        other.names("ADDR") || other.names("PORT")
                                ? other.port("PORT")
                                : endpoints.remotePort(),
                        other.address("DESTADDR"),
                        other.names("DESTPORT") ? other.port("DESTPORT") : endpoints.localPort());
        remoteHost = other.value("NAME").map(Endpoints::safeHost).orElse("Unknown");
        hello = Hello.NONE;
        helloHost = "";
        naughty.clear();
        standing = other.value("LOGIN").map(Standing::byProxy).orElse(Standing.NONE);
        clear();
    }

    @Override
    public boolean speakFor(InetSocketAddress client, InetSocketAddress server) {
        boolean first = successor == null && behind == null && !succeeded;
        if (!first || tls != null || hello != Hello.NONE) {
            return false;
        }
        successor =
                endpoints.behindProxy(
                        client.getAddress(),
                        client.getPort(),
                        Optional.of(server.getAddress()),
                        server.getPort());
        return true;
    }

    /** Becomes the connection of the client that a plugin named; false when none did. */
    boolean succeed() {
        Endpoints next = successor;
        if (next == null) {
            return false;
        }
        endpoints = next;
        successor = null;
        succeeded = true;
        remoteHost = "Unknown";
        remoteInfo = null;
        hostKnown = false;
        naughty.clear();
        standing = Standing.NONE;
        clear();
        return true;
    }

    /** Whether a plugin named the client. */
    boolean hasSucceeded() {
        return succeeded;
    }

    @Override
    public String authUser() {
        return authentication().user();
    }

    @Override
    public String authMechanism() {
        return authentication().mechanism();
    }

    /** Who the client has shown to be. */
    Authentication authentication() {
        return standing.authentication();
    }

    void setAuthentication(Authentication shown) {
        standing = standing.shown(shown);
    }

    @Override
    public Optional<TlsInfo> tls() {
        return Optional.ofNullable(tls).map(Encrypted::agreed);
    }

    void setTls(Encrypted agreed) {
        tls = agreed;
    }

    /** The encryption of the connection, as authentication sees it. */
    Optional<Encrypted> encrypted() {
        return Optional.ofNullable(tls);
    }

    /** What is known now does not come from anything the client said. */
    void greeted() {
        atGreeting = standing;
    }

    /** Forgets what the client said, but for the notes. */
    void startOver() {
        hello = Hello.NONE;
        helloHost = "";
        standing = atGreeting;
    }

    @Override
    public Notes notes() {
        return notes;
    }

    @Override
    public Lifetime lifetime() {
        Lifetime known = lifetime;
        if (known == null) {
            known = new Lifetime();
            lifetime = known;
        }
        return known;
    }

    @Override
    public Config config() {
        return lookUps.config();
    }

    @Override
    public Config configFor(org.qpsmtpd.api.mail.Address address) {
        return lookUps.configFor(address);
    }

    @Override
    public Clock clock() {
        return lookUps.clock();
    }

    @Override
    public Optional<Naughty> naughty() {
        return naughty.get();
    }

    @Override
    public void clearNaughty() {
        naughty.clear();
    }

    void defer(String plugin, Action type, String text) {
        naughty.add(plugin, type, text);
    }

    /** About how much memory it takes beyond what every connection does, in octets. */
    int held() {
        return standing.held()
                + naughty.length()
                + length(NoteKey.ENVELOPE_FROM)
                + length(NoteKey.ENVELOPE_RCPT);
    }

    /** Of what the client chose, and the engine noted. */
    private int length(NoteKey<String> note) {
        return notes.get(note).map(String::length).orElse(0);
    }

    @Override
    public void addAuthenticationResult(AuthenticationResult result) {
        SmtpTransaction current = transaction;
        if (current != null && current.isBegun()) {
            current.ownResults().add(result);
        } else {
            standing = standing.with(result);
        }
    }

    /** What the field of each message says, of AUTH first. */
    List<AuthenticationResult> authenticationResults() {
        return standing.all();
    }

    @Override
    public CompletionStage<Boolean> awaitInput(Duration limit) {
        return arrival.isChunking()
                ? CompletableFuture.completedFuture(false)
                : wire.awaitInput(limit);
    }

    /** How far the message has come that the client is sending. */
    Arrival arrival() {
        return arrival;
    }

    /** The message on its way in; null before the first greeting. */
    @Nullable SmtpTransaction transaction() {
        return transaction;
    }

    void setTransaction(SmtpTransaction current) {
        transaction = current;
    }

    /** Forgets what plugins keep of it. */
    void clear() {
        notes.clear();
        Lifetime known = lifetime;
        lifetime = null;
        if (known != null) {
            known.end();
        }
    }

    @Override
    public void log(LogLevel level, List<String> fields) {
        PluginCall.current().ifPresent(call -> log.log(level, call, fields));
    }

    @Override
    public Executor carrying(Executor executor) {
        return PluginCall.current()
                .<Executor>map(call -> code -> executor.execute(() -> call.run(code)))
                .orElse(executor);
    }
}
