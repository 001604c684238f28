package org.qpsmtpd.core.session;

import java.util.Optional;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import java.util.function.Function;
import org.qpsmtpd.api.connection.Connection;
import org.qpsmtpd.api.hook.CommandParser;
import org.qpsmtpd.api.hook.HookPoint;
import org.qpsmtpd.api.hook.HookResult;
import org.qpsmtpd.api.hook.ParsedCommand;
import org.qpsmtpd.api.log.LogLevel;

/** Lets the plugins of a parse hook choose who reads a command's argument. */
final class Parsers {
    private Parsers() {}

    /**
     * Reads an argument with the parser that a plugin chose, or with the built-in one.
     *
     * @param choose asks a plugin for its parser
     * @param builtIn the parser when no plugin has one
     */
    static <H> void choose(
            Session session,
            HookPoint point,
            String argument,
            Class<H> type,
            BiFunction<H, Connection, Optional<CommandParser>> choose,
            Function<String, ParsedCommand> builtIn,
            Consumer<ParsedCommand> then) {
        if (!session.generation().has(point)) {
            then.accept(builtIn.apply(argument));
            return;
        }
        CommandParser[] chosen = {(connection, rest) -> builtIn.apply(rest)};
        session.ask(
                point,
                type,
                hook -> {
                    Optional<CommandParser> parser = choose.apply(hook, session.connection());
                    parser.ifPresent(known -> chosen[0] = known);
                    return parser.isPresent() ? HookResult.OK : HookResult.DECLINED;
                },
                result -> parse(session, chosen[0], argument, then));
    }

    private static void parse(
            Session session, CommandParser parser, String argument, Consumer<ParsedCommand> then) {
        ParsedCommand command;
        try {
            command = parser.parse(session.connection(), argument);
        } catch (RuntimeException | LinkageError e) {
            session.log(LogLevel.CRIT, "FATAL PLUGIN ERROR: a plugin's parser failed: " + e);
            session.reply(Replies.FAULT);
            return;
        }
        then.accept(command);
    }
}
