package org.qpsmtpd.core.check;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.qpsmtpd.api.config.ConfigLine;
import org.qpsmtpd.api.hook.HookPoint;
import org.qpsmtpd.core.chain.Health;
import org.qpsmtpd.core.config.Finding;
import org.qpsmtpd.core.config.Spelling;
import org.qpsmtpd.core.generation.KnownPlugins;
import org.qpsmtpd.core.generation.PluginLine;

/** Checks the lines of {@code config/plugins} or {@code config/logging}. */
final class PluginLinesCheck {
    private static final String QUEUES = "queue/";

    /** Plugins that answer RCPT, but never to accept. */
    private static final Set<String> REFUSING =
            Set.of("badmailfromto", "badrcptto", "naughty", "random_error", "relay");

    private static final Pattern ONLY = Pattern.compile("(?i)(?<!\\S)only(?!\\S)");

    private final KnownPlugins plugins;
    private final Map<List<Object>, String> places = new HashMap<>();
    private final List<String> order = new ArrayList<>();
    private boolean hasLines;
    private boolean mayQueue;
    private boolean mayAcceptRecipients;

    PluginLinesCheck(KnownPlugins plugins) {
        this.plugins = plugins;
    }

    void check(List<ConfigLine> lines, Collection<Finding> findings) {
        for (ConfigLine line : lines) {
            String fault = fault(line);
            if (!fault.isEmpty()) {
                findings.add(new Finding(line.file(), line.line(), fault));
            }
        }
    }

    /** What no line gives and a server needs. */
    List<String> missing() {
        Set<String> unasked = plugins.unasked();
        unasked.forEach(plugin -> note(plugin, ""));
        if (!hasLines && unasked.isEmpty()) {
            return List.of(
                    "it names no plugin, or is not there, so no recipient is accepted; name"
                            + " rcpt_ok and a queue plugin at least");
        }
        List<String> missing = new ArrayList<>(neverAsked(unasked));
        if (!mayQueue) {
            missing.add(
                    "no line names a queue plugin, so messages are deferred with 451; add one such"
                            + " as queue/maildir");
        }
        if (!mayAcceptRecipients) {
            missing.add(
                    "no line names a plugin that accepts recipients, so each is refused; add one"
                            + " such as rcpt_ok");
        }
        return missing;
    }

    private String fault(ConfigLine line) {
        hasLines = true;
        PluginLine parsed = PluginLine.parse(line);
        if (!plugins.names().contains(parsed.plugin())) {
            return notInstalled(parsed);
        }
        note(parsed.plugin(), parsed.arguments());
        order.add(parsed.plugin());
        Optional<String> wrong = plugins.fault(parsed.plugin(), parsed.arguments());
        String fault = wrong.orElseGet(() -> repetition(parsed));
        return fault.isEmpty()
                ? neverAsked(order, order.size() - 1)
                : "plugin '" + parsed.plugin() + "': " + fault;
    }

    /** Whether one that decides stands before a plugin at each of its hooks; empty when not. */
    private String neverAsked(List<String> all, int place) {
        String plugin = all.get(place);
        String fault = "";
        for (HookPoint hook : HookPoint.values()) {
            if (!plugins.answers(plugin, hook)) {
                continue;
            }
            Optional<String> decider =
                    all.subList(0, place).stream()
                            .filter(earlier -> plugins.decides(earlier, hook))
                            .findFirst();
            if (decider.isEmpty()) {
                return "";
            }
            fault = fault.isEmpty() ? Health.neverAsked(plugin, hook, decider.get()) : fault;
        }
        return fault;
    }

    /** Those without a line that are behind one that decides, a sentence each. */
    private List<String> neverAsked(Collection<String> unasked) {
        List<String> all = new ArrayList<>(order);
        List<String> behind = new ArrayList<>(unasked);
        behind.removeAll(order);
        behind.forEach(plugin -> all.add(PluginLine.place(all, plugins.before(plugin)), plugin));
        return behind.stream()
                .map(plugin -> neverAsked(all, all.indexOf(plugin)))
                .filter(fault -> !fault.isEmpty())
                .toList();
    }

    private String notInstalled(PluginLine line) {
        if (line.optional()) {
            return "";
        }
        Optional<String> near = near(line.plugin());
        near.ifPresentOrElse(name -> note(name, line.arguments()), () -> assume(line.plugin()));
        return "plugin '"
                + line.plugin()
                + "' "
                + near.map(name -> "is not installed; did you mean '" + name + "'?")
                        .orElseGet(() -> KnownPlugins.notInstalled(plugins.absence(line.plugin())));
    }

    /** The installed name that was meant: nearly the same, or the same in a sub-folder. */
    private Optional<String> near(String name) {
        Optional<String> near = Spelling.nearest(name, plugins.names());
        String last = name.substring(name.lastIndexOf('/') + 1);
        return near.or(
                () ->
                        plugins.names().stream()
                                .filter(known -> known.endsWith("/" + last) || known.equals(last))
                                .findFirst());
    }

    private String repetition(PluginLine line) {
        String first = places.putIfAbsent(List.of(line.instance(), line.arguments()), line.place());
        return first == null
                ? ""
                : "the same line stands at "
                        + first
                        + "; take one out, or write "
                        + line.plugin()
                        + ":2 when it is to run twice";
    }

    // ---- what the lines give together

    private void note(String plugin, String arguments) {
        mayQueue |= plugins.answers(plugin, HookPoint.QUEUE);
        // With the word only, relay accepts what its clients send.
        boolean accepts = !REFUSING.contains(plugin) || ONLY.matcher(arguments).find();
        mayAcceptRecipients |= accepts && plugins.answers(plugin, HookPoint.RCPT);
    }

    /** A plugin that nobody knows is not to be blamed twice. */
    private void assume(String unknown) {
        if (unknown.startsWith(QUEUES)) {
            mayQueue = true;
        } else {
            mayAcceptRecipients = true;
        }
    }
}
