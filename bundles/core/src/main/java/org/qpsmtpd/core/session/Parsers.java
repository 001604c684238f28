package org.qpsmtpd.core.session;

import java.util.Optional;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.qpsmtpd.api.answer.HookResult;
import org.qpsmtpd.api.hook.CommandParser;
import org.qpsmtpd.api.hook.HookPoint;
import org.qpsmtpd.api.hook.ParsedCommand;
import org.qpsmtpd.api.session.Connection;

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
            Turn turn,
            HookPoint point,
            String argument,
            Class<H> type,
            BiFunction<H, Connection, Optional<CommandParser>> choose,
            Function<String, ParsedCommand> builtIn,
            Consumer<ParsedCommand> then) {
        if (!turn.plugins().has(point)) {
            then.accept(builtIn.apply(argument));
            return;
        }
        Reading reading = new Reading();
        turn.ask(
                point,
                type,
                hook -> {
                    Optional<CommandParser> parser = choose.apply(hook, turn.connection());
                    parser.ifPresent(chosen -> reading.begin(chosen, turn, argument));
                    return parser.isPresent() ? HookResult.OK : HookResult.DECLINED;
                },
                result -> {
                    ParsedCommand command = reading.command;
                    if (result.action().refuses() || (reading.begun && command == null)) {
                        turn.talk().reply(Replies.FAULT);
                    } else {
                        then.accept(command == null ? builtIn.apply(argument) : command);
                    }
                });
    }

    /**
     * A plugin's parser at work, as a part of its call: what it does is counted and limited like
     * that. Once one has begun no other is a substitute.
     */
    private static final class Reading {
        private volatile boolean begun;
        private volatile @Nullable ParsedCommand command;

        void begin(CommandParser parser, Turn turn, String argument) {
            if (!begun) {
                begun = true;
                command = parser.parse(turn.connection(), argument);
            }
        }
    }
}
