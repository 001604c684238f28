package org.qpsmtpd.console.command;

import java.time.Clock;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.apache.felix.service.command.CommandProcessor;
import org.apache.felix.service.command.Function;
import org.osgi.framework.BundleContext;
import org.osgi.framework.FrameworkUtil;
import org.osgi.framework.ServiceRegistration;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;

/** All commands, registered as Gogo functions of the scope {@value #SCOPE}. */
@Component(
        service = {},
        immediate = true)
public final class Commands {
    /** The scope, which is also written {@code qpsmtpd:status}. */
    public static final String SCOPE = "qpsmtpd";

    private static final Set<String> NAMES =
            all().stream().map(command -> command.usage().name()).collect(Collectors.toSet());

    private final BundleContext context;
    private final Servers servers;
    private final Clock clock = Clock.system(ZoneId.systemDefault());
    private final List<ServiceRegistration<Function>> registrations = new ArrayList<>();
    private final Map<String, ServiceRegistration<Function>> brought = new TreeMap<>();

    /** Registers the commands. */
    @Activate
    public Commands(BundleContext context, @Reference Servers servers) {
        this.context = context;
        this.servers = servers;
        for (Command command : all(() -> PluginCommands.of(context), servers.brought())) {
            registrations.add(register(command));
        }
        servers.brought().follow(NAMES, this::show);
    }

    private ServiceRegistration<Function> register(Command command) {
        Map<String, Object> properties =
                Map.of(
                        CommandProcessor.COMMAND_SCOPE,
                        SCOPE,
                        CommandProcessor.COMMAND_FUNCTION,
                        command.usage().name());
        return context.registerService(
                Function.class,
                new CommandFunction(command, servers, clock),
                FrameworkUtil.asDictionary(properties));
    }

    private synchronized void show(Set<String> names) {
        brought.entrySet()
                .removeIf(
                        entry -> {
                            boolean gone = !names.contains(entry.getKey());
                            if (gone) {
                                entry.getValue().unregister();
                            }
                            return gone;
                        });
        for (String name : names) {
            brought.computeIfAbsent(
                    name, it -> register(new BroughtCommand(it, servers.brought())));
        }
    }

    @Deactivate
    void unregister() {
        servers.brought().follow(NAMES, names -> {});
        show(Set.of());
        registrations.forEach(ServiceRegistration::unregister);
    }

    /** Every command of the console's own. */
    public static List<Command> all() {
        return all(TreeMap::new, new Brought());
    }

    /**
     * Every command, in the order in which help shows them.
     *
     * @param foreign Gogo's functions in bundles of plugins: names, and a sentence about each
     * @param brought those that plugins and services bring
     */
    static List<Command> all(Supplier<SortedMap<String, String>> foreign, Brought brought) {
        List<Command> commands = new ArrayList<>();
        commands.add(new StatusCommand());
        commands.add(new PluginsCommand());
        commands.add(new GenerationsCommand());
        commands.add(new DeploymentsCommand());
        commands.add(ConnectionsCommand.connections());
        commands.add(ConnectionsCommand.list());
        commands.add(new KillCommand());
        commands.add(AcceptCommand.pause());
        commands.add(AcceptCommand.goOn());
        commands.add(new ReloadCommand());
        commands.add(new ShutdownCommand());
        commands.add(new CheckConfigCommand());
        commands.add(new ConfigCommand());
        commands.add(new WhyCommand());
        commands.add(new TraceCommand());
        commands.add(new SummarizeCommand());
        commands.add(new WatchCommand());
        commands.add(new HelpCommand(commands, foreign, brought));
        return List.copyOf(commands);
    }
}
