package org.qpsmtpd.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Postfix's test server, which does nothing with a message or dumps it into a file. */
final class SmtpSink implements Product {
    @Override
    public String name() {
        return Products.SINK;
    }

    @Override
    public String label() {
        return "smtp-sink";
    }

    @Override
    public String version() throws InterruptedException {
        return "smtp-sink of Debian's postfix " + Commands.packageVersion("postfix");
    }

    @Override
    public boolean syncs() {
        return false;
    }

    @Override
    public boolean needsLongWarmUp() {
        return false;
    }

    @Override
    public Launch prepare(Path home, int port, Queue queue)
            throws IOException, InterruptedException {
        Path stored = queue == Queue.MAILDIR ? Files.createDirectory(home.resolve("new")) : null;
        List<String> command = new ArrayList<>(List.of("/usr/sbin/smtp-sink", "-m", "12000"));
        if (Commands.isRoot()) {
            command.addAll(List.of("-u", "nobody"));
        }
        if (stored != null) {
            Commands.giveTo("nobody", stored);
            command.addAll(List.of("-d", stored + "/%S"));
        }
        command.addAll(List.of("127.0.0.1:" + port, "1024"));
        return new Launch(command, Map.of(), stored, List.of());
    }
}
