package org.qpsmtpd.core.session;

import java.io.UncheckedIOException;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import org.qpsmtpd.api.auth.SaslMechanism;
import org.qpsmtpd.api.config.Config;
import org.qpsmtpd.api.control.MailCounts;
import org.qpsmtpd.api.net.Network;
import org.qpsmtpd.api.service.Clock;
import org.qpsmtpd.api.service.Resolver;
import org.qpsmtpd.core.budget.Budget;
import org.qpsmtpd.core.chain.Generation;
import org.qpsmtpd.core.chain.SettingUnknown;
import org.qpsmtpd.core.config.ConfigDirectory;
import org.qpsmtpd.core.log.LogRouter;
import org.qpsmtpd.core.message.Spool;
import org.qpsmtpd.core.record.Records;
import org.qpsmtpd.core.record.SessionLog;
import org.qpsmtpd.core.sasl.BuiltInMechanisms;
import org.qpsmtpd.core.sasl.DecoyKeys;
import org.qpsmtpd.core.worker.Children;

/** What all sessions of a server share. */
public final class Engine {
    private static final int MOST_HEADER_SECONDS = 10;

    private final String version;
    private final ConfigDirectory config;
    private final LogRouter log;
    private final Children children;
    private final Spool spool;
    private final Clock clock;
    private final Supplier<Generation> generation;
    private final Supplier<Optional<Resolver>> resolver;
    private final Budget budget = Budget.ofThisJvm();
    private final Records records = new Records();
    private final MailFigures figures = new MailFigures();
    private final List<SaslMechanism> mechanisms = new BuiltInMechanisms().all();
    private final DecoyKeys decoyKeys = new DecoyKeys();
    private final TrustedClients trusted;
    private final KnownSettings settings;
    private final AtomicLong sessions = new AtomicLong();
    private final Map<Integer, Boolean> implicitPorts = new ConcurrentHashMap<>();
    private final String idPrefix;

    /**
     * @param ids how the ids of sessions begin; may be empty
     * @param version our version, for the greeting and the Received field
     * @param generation the set of plugins for a new session
     * @param resolver where host names are looked up; absent when no such service is there
     */
    public Engine(
            String ids,
            String version,
            ConfigDirectory config,
            LogRouter log,
            Children children,
            Spool spool,
            Clock clock,
            Supplier<Generation> generation,
            Supplier<Optional<Resolver>> resolver) {
        this.version = version;
        this.config = config;
        this.log = log;
        this.children = children;
        this.spool = spool;
        this.clock = clock;
        this.generation = generation;
        this.resolver = resolver;
        this.trusted = new TrustedClients(config, log);
        this.settings = new KnownSettings(config, version);
        this.idPrefix = ids + Long.toString(clock.now().getEpochSecond(), 36);
    }

    String version() {
        return version;
    }

    /**
     * Whether connections from an address begin with a PROXY header.
     *
     * @throws UncheckedIOException when the list of such addresses cannot be read
     */
    public boolean speaksForOthers(InetAddress address) {
        return trusted.beginWithHeader(address);
    }

    /**
     * For whom the connections of an address are counted: itself, or the lowest address of its
     * network for IPv6, of which a single client has many (RFC 6177).
     */
    public InetAddress countedAs(InetAddress address) {
        return address instanceof Inet6Address
                ? new Network(address, settings().ipv6Prefix()).address()
                : address;
    }

    /** Whether the connections to a port of ours begin with a handshake of TLS. */
    public boolean beginsWithTls(int port) {
        Generation current = enterGeneration();
        try {
            return current.hasTls() && beginsWithTls(port, current.isImplicitTls(port));
        } finally {
            current.leave();
        }
    }

    /**
     * The same, by what the plugin answers now. Where it is away or fails, its last answer holds;
     * there is one for each port of ours. Without any, nothing is said in clear.
     */
    boolean beginsWithTls(int port, Optional<Boolean> answer) {
        if (answer.isEmpty()) {
            return implicitPorts.getOrDefault(port, true);
        }
        if (!answer.get().equals(implicitPorts.get(port))) {
            implicitPorts.put(port, answer.get());
        }
        return answer.get();
    }

    /** How long that header may take, in seconds. */
    public int headerSeconds() {
        return Math.min(MOST_HEADER_SECONDS, settings().commandSeconds());
    }

    /** Whether anybody may say XCLIENT. */
    boolean knowsXclient() {
        return trusted.knowXclient();
    }

    /** Whether a client may say XCLIENT. */
    boolean takesXclientFrom(InetAddress address) {
        return trusted.maySayXclient(address);
    }

    Config config() {
        return config;
    }

    /** Where lines of the log go. */
    public LogRouter log() {
        return log;
    }

    Children children() {
        return children;
    }

    Spool spool() {
        return spool;
    }

    /** What all sessions together may keep in memory. */
    public Budget budget() {
        return budget;
    }

    Clock clock() {
        return clock;
    }

    Optional<Resolver> resolver() {
        return resolver.get();
    }

    /** Counts a session into the current generation, which therefore is not retired meanwhile. */
    Generation enterGeneration() {
        while (true) {
            Generation current = generation.get();
            current.enter();
            if (current.number() == generation.get().number()) {
                return current;
            }
            current.leave();
        }
    }

    /** A new connection's id: when the server started and how many connections came before. */
    String newId() {
        return idPrefix + "." + Long.toString(sessions.incrementAndGet(), 36);
    }

    /** How many connections there have been. */
    public long sessions() {
        return sessions.get();
    }

    /** The mechanisms of authentication that we have, the strongest first. */
    List<SaslMechanism> mechanisms() {
        return mechanisms;
    }

    /** Keys for users that are not there. */
    DecoyKeys decoyKeys() {
        return decoyKeys;
    }

    MailFigures figures() {
        return figures;
    }

    /** What became of mail since the start. */
    public MailCounts mail() {
        return figures.counts();
    }

    /** Why messages cannot be spooled; empty when they can. */
    public Optional<String> spoolFault() {
        Path directory = spool.directory();
        return Files.isDirectory(directory) && Files.isWritable(directory)
                ? Optional.empty()
                : Optional.of(
                        directory
                                + " cannot be written: messages that need it are deferred with 451;"
                                + " make it a directory of the server's user");
    }

    /** The records of the last sessions. */
    public Records records() {
        return records;
    }

    /** Keeps the record of a session that is over, and offers it to the loggers. */
    void ended(SessionLog session, String remoteHost) {
        records.keep(session, remoteHost);
        if (log.takesRecords()) {
            log.sessionEnded(session.snapshot(remoteHost, true, null));
        }
    }

    /** Lets requests go on that wait behind a plugin that hangs; called once a second. */
    public void relieveChildren() {
        children.relieve();
    }

    /** How many requests wait for a child. */
    public int waitingRequests() {
        return children.waiting();
    }

    /** The settings as the files have them now; a volatile read unless a file changed. */
    Settings settings() {
        return settings.current();
    }

    /**
     * The settings as a configuration has them. When a file cannot be read they are the last ones
     * known, or the defaults: the generation of plugins defers mail then.
     *
     * @throws SettingUnknown when a plugin that supplies them does not answer
     */
    Settings settingsOf(Config source) {
        return settings.of(source);
    }
}
