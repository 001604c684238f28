package org.qpsmtpd.core.chain;

import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import org.qpsmtpd.api.auth.SaslMechanism;
import org.qpsmtpd.api.control.PluginStatus;
import org.qpsmtpd.api.hook.HookPoint;
import org.qpsmtpd.api.hook.QueueExtension;
import org.qpsmtpd.api.hook.QueueHook;
import org.qpsmtpd.api.mail.Address;
import org.qpsmtpd.api.session.Connection;

/** The plugins of one list in order, and their chains: what a session asks. Immutable. */
public final class PluginList {
    private final String name;
    private final List<PluginInstance> plugins;
    private final List<String> faults;
    private final Map<HookPoint, List<Link>> chains = new EnumMap<>(HookPoint.class);
    private final List<Link> suppliers;
    private final boolean takesBinary;
    private final TlsSource tls;
    private final SaslSource sasl;
    private final CertificateSource certificates;
    private final Health health;

    /**
     * @param name name of the file that names them
     * @param first plugins of another list that are asked at {@code pre-connection} before its own,
     *     and at no other hook
     * @param own its own plugins in the order of the file
     * @param faults why its clients cannot be served, a sentence each; their mail is deferred
     *     unless empty
     */
    public PluginList(
            String name,
            List<PluginInstance> first,
            List<PluginInstance> own,
            List<String> faults) {
        this.name = name;
        this.faults = List.copyOf(faults);
        health = new Health(name, chains);
        Set<PluginInstance> all = new LinkedHashSet<>(first);
        all.addAll(own);
        plugins = List.copyOf(all);
        suppliers = suppliers(own);
        for (HookPoint point : HookPoint.values()) {
            addChain(point, point == HookPoint.PRE_CONNECTION ? plugins : own);
        }
        tls = TlsSource.of(own);
        sasl = new SaslSource(own);
        certificates = new CertificateSource(own);
        takesBinary =
                has(HookPoint.QUEUE)
                        && chain(HookPoint.QUEUE).stream().allMatch(PluginList::takesBinary);
    }

    private void addChain(HookPoint point, List<PluginInstance> asked) {
        List<Link> chain = new ArrayList<>();
        for (PluginInstance plugin : asked) {
            if (plugin.answers(point)) {
                chain.add(new Link(plugin, point, this::lookUpsMayWait));
            }
        }
        if (!chain.isEmpty()) {
            chains.put(point, List.copyOf(chain));
        }
    }

    private static boolean takesBinary(Link link) {
        return link.plugin().plugin() instanceof QueueHook queue && queue.takesBinary();
    }

    private static List<Link> suppliers(List<PluginInstance> plugins) {
        List<Link> found = new ArrayList<>();
        for (HookPoint point : List.of(HookPoint.CONFIG, HookPoint.USER_CONFIG)) {
            for (PluginInstance plugin : plugins) {
                if (plugin.answers(point)) {
                    found.add(new Link(plugin, point, () -> false));
                }
            }
        }
        return List.copyOf(found);
    }

    /** Any plugin may look up configuration, and a plugin that supplies it may ask the network. */
    public boolean lookUpsMayWait() {
        for (Link supplier : suppliers) {
            if (!supplier.nonBlocking()) {
                return true;
            }
        }
        return false;
    }

    /** Name of the file that names the plugins. */
    public String name() {
        return name;
    }

    /** The plugins in order. */
    public List<PluginInstance> plugins() {
        return plugins;
    }

    /**
     * Why its clients' mail must be deferred; empty when everything that is configured is there.
     */
    public List<String> faults() {
        return faults;
    }

    /** Whether any plugin answers the hook. */
    public boolean has(HookPoint point) {
        return chains.containsKey(point);
    }

    /** Whether every queue plugin takes messages of any octets. */
    public boolean takesBinary() {
        return takesBinary;
    }

    /**
     * How many recipients of one message all queue plugins take, as far as they know. One that is
     * away, fails, or has held up a connection's thread before, knows nothing: it is asked for its
     * answer when the message is there.
     */
    public int mostRecipients(HookHost host) {
        int most = Integer.MAX_VALUE;
        for (Link link : chain(HookPoint.QUEUE)) {
            int its = QueueTerm.MOST_RECIPIENTS.of(host, link, QueueHook::mostRecipients);
            most = Math.min(most, Math.max(1, its));
        }
        return most;
    }

    /** Whether all queue plugins take two recipients in one message. */
    public boolean takesTogether(HookHost host, Connection connection, Address one, Address two) {
        return chain(HookPoint.QUEUE).stream()
                .allMatch(
                        link ->
                                QueueTerm.TAKES_TOGETHER.of(
                                        host,
                                        link,
                                        hook -> hook.takesTogether(connection, one, two)));
    }

    /** The extensions that all queue plugins honour, as far as they know; may be changed. */
    public Set<QueueExtension> honoured(HookHost host) {
        List<Link> chain = chain(HookPoint.QUEUE);
        Set<QueueExtension> all =
                chain.isEmpty()
                        ? EnumSet.noneOf(QueueExtension.class)
                        : EnumSet.allOf(QueueExtension.class);
        for (Link link : chain) {
            all.retainAll(QueueTerm.HONOURS.of(host, link, QueueHook::honours));
        }
        return all;
    }

    /** The plugins of a hook in order. */
    List<Link> chain(HookPoint point) {
        return chains.getOrDefault(point, List.of());
    }

    /**
     * Asks the plugins of a hook that gives values in order, until one knows. Returns within a
     * bounded time.
     *
     * @throws SettingUnknown when a plugin is away, fails or is late, so that nobody takes its
     *     silence for no
     */
    public <H, T> Optional<T> first(
            HookHost host, HookPoint point, Class<H> type, Function<H, Optional<T>> question) {
        for (Link link : chain(point)) {
            Optional<T> answer =
                    new Question<T>(host, link, hook -> question.apply(type.cast(hook))).ask();
            if (answer.isPresent()) {
                return answer;
            }
        }
        return Optional.empty();
    }

    /** The plugin that supplies what encrypted connections need, if it has one. */
    TlsSource tls() {
        return tls;
    }

    /** Whether a plugin brings mechanisms of authentication. */
    public boolean bringsSasl() {
        return sasl.isThere();
    }

    /** The mechanisms that plugins bring for a connection, by their names. */
    public Map<String, SaslMechanism> saslMechanisms(HookHost host) {
        return sasl.mechanisms(host);
    }

    /** Whether a plugin tells whose certificates are. */
    public boolean knowsCertificates() {
        return certificates.isThere();
    }

    /** The user that a client's certificate stands for; absent when no plugin knows it. */
    public Optional<String> userOf(HookHost host, X509Certificate certificate) {
        return certificates.user(host, certificate);
    }

    /**
     * What the plugins of a hook say of themselves, in order. One that is away, fails, or has held
     * up a connection's thread before, says nothing.
     */
    public <H, T> List<T> said(
            HookHost host, HookPoint point, Class<H> type, Function<H, T> question) {
        List<T> answers = new ArrayList<>();
        for (Link link : chain(point)) {
            PluginInstance plugin = link.plugin();
            Object hook = plugin.isDemoted() ? null : plugin.enter();
            if (hook != null) {
                Came<T> came = Door.call(host, link, hook, it -> question.apply(type.cast(it)));
                plugin.exit();
                T answer = came.value();
                if (answer == null) {
                    Door.count(host, link, came);
                } else {
                    answers.add(answer);
                }
            }
        }
        return answers;
    }

    /** What each plugin's calls were like, in the order of hooks and calls. */
    List<PluginStatus> pluginStatus() {
        List<PluginStatus> rows = new ArrayList<>();
        for (List<Link> chain : chains.values()) {
            for (Link link : chain) {
                String remark = health.decider(link.plugin()).map(Health::remark).orElse("");
                rows.add(link.status(name, remark));
            }
        }
        return rows;
    }

    /** Why no message of its clients is stored; absent when a plugin stores them. */
    public Optional<String> lacksQueue() {
        return has(HookPoint.QUEUE) ? Optional.empty() : Optional.of(health.noQueue());
    }

    /** Why mail of its clients is not taken for the moment, a sentence each. */
    List<String> hindrances() {
        return faults.isEmpty() ? health.hindrances() : faults;
    }

    /** What an administrator should know although mail flows, a sentence each. */
    List<String> warnings() {
        return health.warnings(plugins);
    }
}
