package org.qpsmtpd.console.command;

import java.time.Clock;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Supplier;
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

    private final List<ServiceRegistration<Function>> registrations = new ArrayList<>();

    /** Registers the commands. */
    @Activate
    public Commands(BundleContext context, @Reference Servers servers) {
        Clock clock = Clock.system(ZoneId.systemDefault());
        for (Command command : all(() -> PluginCommands.of(context))) {
            Map<String, Object> properties =
                    Map.of(
                            CommandProcessor.COMMAND_SCOPE,
                            SCOPE,
                            CommandProcessor.COMMAND_FUNCTION,
                            command.usage().name());
            registrations.add(
                    context.registerService(
                            Function.class,
                            new CommandFunction(command, servers, clock),
                            FrameworkUtil.asDictionary(properties)));
        }
    }

    @Deactivate
    void unregister() {
        registrations.forEach(ServiceRegistration::unregister);
    }

    /** Every command, where no plugin brings any. */
    public static List<Command> all() {
        return all(TreeMap::new);
    }

    /**
     * Every command, in the order in which help shows them.
     *
     * @param foreign those that plugins bring: names, and a sentence about each
     */
    static List<Command> all(Supplier<SortedMap<String, String>> foreign) {
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
        commands.add(new HelpCommand(commands, foreign));
        return List.copyOf(commands);
    }
}
