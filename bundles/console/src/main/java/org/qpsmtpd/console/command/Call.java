package org.qpsmtpd.console.command;

import java.io.PrintStream;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.qpsmtpd.api.control.Deployments;
import org.qpsmtpd.api.control.ServerControl;
import org.qpsmtpd.api.plugin.PluginCommand;
import org.qpsmtpd.console.text.Json;
import org.qpsmtpd.console.text.Times;

/** A command at work: what it was asked, whom it may ask, and where it prints. */
public final class Call {
    private final Servers servers;
    private final Arguments arguments;
    private final PrintStream out;
    private final Path directory;
    private final Clock clock;

    Call(Servers servers, Arguments arguments, PrintStream out, Path directory, Clock clock) {
        this.servers = servers;
        this.arguments = arguments;
        this.out = out;
        this.directory = directory;
        this.clock = clock;
    }

    /** The server that is meant. */
    ServerControl server() {
        return servers.choose(arguments.value(Option.SERVER));
    }

    /** The command of this name that a plugin of the server that is meant, or a service, brings. */
    PluginCommand brought(String name) {
        return servers.brought(name, arguments.value(Option.SERVER));
    }

    /** The deploy folder. */
    Deployments deployments() {
        return servers.deployments();
    }

    /** The words that are no options. */
    List<String> operands() {
        return arguments.operands();
    }

    /** The only operand, if it was given. */
    Optional<String> operand() {
        return operands().stream().findFirst();
    }

    /** The value of an option, if it was given. */
    Optional<String> value(Option option) {
        return arguments.value(option);
    }

    /** Whether an option without value was given. */
    boolean has(Option option) {
        return arguments.has(option);
    }

    /** Whether JSON is wanted. */
    boolean json() {
        return has(Option.JSON);
    }

    /** Where the administrator is: what relative paths are relative to. */
    Path directory() {
        return directory;
    }

    /** The time and the time zone. */
    Clock clock() {
        return clock;
    }

    /** How long ago this was. */
    String ago(Instant since) {
        return Times.span(Duration.between(since, clock.instant()));
    }

    /** Prints text as it is; it ends with a line end. */
    void print(String text) {
        out.print(text);
        out.flush();
    }

    /** Prints JSON when it is wanted, else the text. */
    void answer(Object json, String text) {
        print(json() ? Json.of(json) + "\n" : text);
    }

    /** Whether nobody reads what is printed any longer. */
    boolean isUnread() {
        return out.checkError();
    }
}
