package org.qpsmtpd.console.command;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import org.qpsmtpd.api.plugin.PluginCommand;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The commands that plugins and services bring, as they come and go. */
final class Brought {
    private static final Logger LOG = LoggerFactory.getLogger(Brought.class);
    private static final Pattern NAME = Pattern.compile("[a-z0-9_-]{1,40}");

    private final List<Entry> entries = new ArrayList<>();
    private volatile Set<String> taken = Set.of();
    private volatile Consumer<SortedSet<String>> listener = names -> {};

    /**
     * A command.
     *
     * @param name its first word
     * @param server name of the server that it is about; absent for none in particular
     */
    record Entry(String name, Optional<String> server, PluginCommand command) {
        boolean isOf(String wanted) {
            return server.map(wanted::equals).orElse(true);
        }
    }

    /** Adds one, unless its name cannot be used. */
    void add(PluginCommand command, Optional<String> server) {
        String name = command.command();
        if (!NAME.matcher(name).matches() || taken.contains(name)) {
            LOG.warn("a command '{}' cannot be brought, the name is taken or no word", name);
            return;
        }
        synchronized (entries) {
            entries.add(new Entry(name, server, command));
        }
        listener.accept(names());
    }

    /** Forgets one. */
    void remove(PluginCommand command) {
        synchronized (entries) {
            entries.removeIf(entry -> entry.command() == command);
        }
        listener.accept(names());
    }

    /**
     * Tells the names now, and whenever they change.
     *
     * @param own names that are not to be had, those of the console's own commands
     */
    void follow(Set<String> own, Consumer<SortedSet<String>> names) {
        taken = own;
        listener = names;
        names.accept(names());
    }

    /** Their names. */
    SortedSet<String> names() {
        SortedSet<String> names = new TreeSet<>();
        all().forEach(entry -> names.add(entry.name()));
        return names;
    }

    /** One for each name, for what is the same whatever server is meant. */
    Optional<Entry> any(String name) {
        return all().stream().filter(entry -> entry.name().equals(name)).findFirst();
    }

    /** Whether any of this name is about a server. */
    boolean needsServer(String name) {
        return all().stream()
                .anyMatch(entry -> entry.name().equals(name) && entry.server().isPresent());
    }

    /** That of a server, before one that is about none. */
    Optional<Entry> of(String name, String server) {
        List<Entry> found =
                all().stream()
                        .filter(entry -> entry.name().equals(name) && entry.isOf(server))
                        .toList();
        return found.stream()
                .filter(entry -> entry.server().isPresent())
                .findFirst()
                .or(() -> found.stream().findFirst());
    }

    private List<Entry> all() {
        synchronized (entries) {
            return entries.stream().filter(entry -> !taken.contains(entry.name())).toList();
        }
    }
}
