package org.qpsmtpd.console.command;

/**
 * An option of a command.
 *
 * @param name with its dashes
 * @param value what its value is called; empty when it takes none
 * @param meaning what it does, without a capital or a full stop
 */
public record Option(String name, String value, String meaning) {
    static final Option HELP = new Option("--help", "", "tell how the command is used");
    static final Option JSON = new Option("--json", "", "print JSON");
    static final Option SERVER =
            new Option("--server", "NAME", "ask this server, when there are several");

    boolean takesValue() {
        return !value.isEmpty();
    }

    String spelled() {
        return takesValue() ? name + " " + value : name;
    }
}
