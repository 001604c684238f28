package org.qpsmtpd.console.command;

import java.io.PrintStream;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import org.apache.felix.service.command.CommandSession;
import org.apache.felix.service.command.Function;
import org.apache.felix.service.command.Process;
import org.jspecify.annotations.Nullable;
import org.qpsmtpd.console.text.Printable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A command as Gogo calls it. */
final class CommandFunction implements Function {
    private static final Logger LOG = LoggerFactory.getLogger(CommandFunction.class);
    private static final long END_MILLIS = 2_000;

    private final Command command;
    private final Servers servers;
    private final Clock clock;

    CommandFunction(Command command, Servers servers, Clock clock) {
        this.command = command;
        this.servers = servers;
        this.clock = clock;
    }

    /** Prints to where Gogo wants this command's output, a pipe perhaps, and returns nothing. */
    @Override
    public @Nullable Object execute(CommandSession session, List<Object> words) throws Exception {
        @Nullable Process process = Process.Utils.current();
        PrintStream out = process == null ? System.out : process.out();
        execute(words.stream().map(String::valueOf).toList(), out, session.currentDir());
        return null;
    }

    /**
     * Runs it.
     *
     * @throws CommandFailure when it fails, its line begun with the command's name
     */
    void execute(List<String> words, PrintStream out, Path directory) throws InterruptedException {
        Usage usage = command.usage();
        try {
            Arguments arguments = Arguments.parse(usage, words);
            Call call = new Call(servers, arguments, out, directory, clock);
            if (arguments.has(Option.HELP)) {
                call.answer(usage, usage.text());
            } else {
                aside(call);
            }
        } catch (CommandFailure e) {
            String line = Printable.of(usage.name() + ": " + e.line());
            throw e.status() == CommandFailure.USAGE
                    ? CommandFailure.usage(line)
                    : CommandFailure.failed(line);
        }
    }

    /**
     * Runs it on a thread that has not inherited Gogo's standard streams: what the server logs on
     * the way goes to the log, and threads that it makes on the way do not keep the streams.
     */
    private void aside(Call call) throws InterruptedException {
        FutureTask<Void> task =
                new FutureTask<>(
                        () -> {
                            command.run(call);
                            return null;
                        });
        Thread thread = new Thread(null, task, "console " + command.usage().name(), 0, false);
        thread.setDaemon(true);
        thread.setContextClassLoader(CommandFunction.class.getClassLoader());
        thread.start();
        try {
            task.get();
        } catch (InterruptedException e) {
            task.cancel(true);
            thread.join(END_MILLIS);
            throw e;
        } catch (ExecutionException e) {
            throw failure(e.getCause());
        }
    }

    private static CommandFailure failure(@Nullable Throwable cause) {
        if (cause instanceof CommandFailure failure) {
            return failure;
        }
        LOG.warn("a command of the console failed", cause);
        return CommandFailure.failed("it failed, the log has more: " + cause);
    }
}
