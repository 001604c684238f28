package org.qpsmtpd.core.chain;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.qpsmtpd.api.hook.HookPoint;

/** What stands in the way of mail in a set of chains, and what an administrator should know. */
public final class Health {
    private final String list;
    private final Map<HookPoint, List<Link>> chains;

    /**
     * @param list name of the file that names the plugins
     * @param chains may be filled later
     */
    Health(String list, Map<HookPoint, List<Link>> chains) {
        this.list = list;
        this.chains = chains;
    }

    /** Why no message is taken when nobody stores it. */
    String noQueue() {
        return "config/" + list + " names no queue plugin: messages are deferred with 451";
    }

    static String remark(Link decider) {
        return "never asked: " + decider.name() + " decides before it";
    }

    /**
     * The plugin that answers before another one in any case, at each hook of that; absent when
     * that one is asked at any.
     */
    Optional<Link> decider(PluginInstance asked) {
        Optional<Link> found = Optional.empty();
        for (List<Link> chain : chains.values()) {
            int place = chain.stream().map(Link::plugin).toList().indexOf(asked);
            Optional<Link> earlier =
                    chain.subList(0, Math.max(0, place)).stream()
                            .filter(link -> link.plugin().decides(link.point()))
                            .findFirst();
            if (place >= 0 && earlier.isEmpty()) {
                return earlier;
            }
            found = found.isPresent() ? found : earlier;
        }
        return found;
    }

    /** Why mail is not taken for the moment, a sentence each. */
    List<String> hindrances() {
        List<String> reasons = new ArrayList<>();
        if (!chains.containsKey(HookPoint.QUEUE)) {
            reasons.add(noQueue());
        }
        if (!chains.containsKey(HookPoint.RCPT)) {
            reasons.add(
                    "config/"
                            + list
                            + " names no plugin that accepts recipients: each is deferred with"
                            + " 450; add one such as rcpt_ok");
        }
        for (List<Link> chain : chains.values()) {
            chain.forEach(link -> hindrance(link).ifPresent(reasons::add));
        }
        return reasons;
    }

    private static Optional<String> hindrance(Link link) {
        PluginInstance plugin = link.plugin();
        boolean needed = Deciding.defersMail(link.point());
        String what = "plugin " + link.name() + ", hook " + link.point().hookName() + ", ";
        if (needed && plugin.isAway() && !plugin.origin().optional()) {
            return Optional.of(what + "is stopped: mail that needs it is deferred");
        }
        boolean rests = !plugin.breaker().state().equals("closed");
        return needed && rests && !link.skipOnError()
                ? Optional.of(what + "failed too often: mail that needs it is deferred")
                : Optional.empty();
    }

    /** What an administrator should know although mail flows, a sentence each. */
    List<String> warnings(List<PluginInstance> plugins) {
        List<String> warnings = new ArrayList<>();
        for (PluginInstance plugin : plugins) {
            decider(plugin)
                    .map(link -> neverAsked(plugin.name(), link.point(), link.name()))
                    .map(fault -> plugin.origin().place() + ": " + fault)
                    .ifPresent(warnings::add);
        }
        return warnings;
    }

    /** Says that a plugin stands behind one that decides. */
    public static String neverAsked(String plugin, HookPoint point, String decider) {
        return "plugin '"
                + plugin
                + "' is never asked at "
                + point.hookName()
                + ", since "
                + decider
                + " decides before it; give it a line above "
                + decider
                + ", or mark it @Plugin(before = \""
                + decider
                + "\") and give it none";
    }
}
