package org.qpsmtpd.api.plugin;

import java.io.IOException;
import java.io.PrintWriter;
import java.util.List;
import org.osgi.annotation.versioning.ConsumerType;

/**
 * A command of the console that a plugin or a service brings, such as {@code karma list}. A plugin
 * implements it beside its hooks; the command is there while the plugin is in use. Any other
 * component is registered as it, with the service property {@link
 * org.qpsmtpd.api.service.ServerHome#SERVER} when it is about one server.
 */
@ConsumerType
public interface PluginCommand {
    /**
     * The first word, such as {@code karma}: lower-case letters, digits, {@code _} and {@code -},
     * always the same. A name that the console has itself cannot be brought.
     */
    String command();

    /**
     * What can be asked for, a line each: the words after the command, two blanks or more, and what
     * it does. Such as {@code prune DAYS forget who was not seen for so long}.
     */
    List<String> usage();

    /**
     * Does what is asked. May wait, and runs on the console's thread; interrupted when the user
     * gives up.
     *
     * @param words what follows the command's own name
     * @param out what is written is shown at once when flushed; control characters are escaped
     * @return false when what was asked for was not found or not done
     * @throws IllegalArgumentException when the words make no sense; the message says why, and the
     *     usage is shown
     * @throws IOException when something failed; the message says what
     */
    boolean run(List<String> words, PrintWriter out) throws IOException, InterruptedException;
}
