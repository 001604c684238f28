package org.qpsmtpd.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** The server of this project, from its built distribution. */
final class OurServer implements Product {
    private final Path distribution;
    private final Path program;

    OurServer(Path distribution) {
        this.distribution = distribution;
        program = distribution.resolve("bin/qpsmtpd-prefork");
    }

    @Override
    public String name() {
        return Products.OURS;
    }

    @Override
    public String label() {
        return "ours";
    }

    @Override
    public String version() throws IOException, InterruptedException {
        return Commands.run(List.of(program.toString(), "--version"));
    }

    @Override
    public boolean takes(Queue queue) {
        return true;
    }

    @Override
    public boolean syncs() {
        return true;
    }

    @Override
    public boolean needsLongWarmUp() {
        return true;
    }

    @Override
    public Launch prepare(Path home, int port, Queue queue) throws IOException {
        Path config = home.resolve("config");
        Path maildir = home.resolve("maildir");
        List<String> plugins =
                new ArrayList<>(
                        switch (queue) {
                            case GATES -> new Gates(distribution).lines(home);
                            case SITE -> SiteChain.lines();
                            case DISCARD, MAILDIR, SPOOL, FORWARD, PROXY, FORWARD_BARE ->
                                    Products.PLUGINS;
                            case SIGNED -> List.of("rcpt_ok");
                            case CHECKED -> Products.CHECKS;
                        });
        if (queue == Queue.CHECKED) {
            plugins.add("rcpt_ok");
        }
        plugins.add(
                switch (queue) {
                    case MAILDIR -> "queue/maildir " + maildir;
                    case SPOOL ->
                            "queue/spool 127.0.0.1 1 max_messages 10000000 folder "
                                    + home.resolve("waiting");
                    case FORWARD, FORWARD_BARE -> "queue/smtp-forward 127.0.0.1 " + NextHop.port();
                    case PROXY -> "queue/smtp-proxy 127.0.0.1 " + NextHop.port();
                    case DISCARD, GATES, SITE, SIGNED, CHECKED -> "queue/discard";
                });
        QpsmtpdConfig.write(config, plugins);
        QpsmtpdConfig.file(config, "spool_dir", home.resolve("spool").toString());
        Path deploy = Files.createDirectories(home.resolve("deploy"));
        List<String> command =
                List.of(
                        program.toString(),
                        "--interface",
                        "127.0.0.1",
                        "--port",
                        Integer.toString(port),
                        "--max-from-ip",
                        "0",
                        "--limit-connections",
                        "12000",
                        "--renice-parent",
                        "0");
        Map<String, String> environment =
                Map.of("QPSMTPD_CONFIG", config.toString(), "QPSMTPD_DEPLOY", deploy.toString());
        Path stored = queue == Queue.MAILDIR ? maildir.resolve("new") : null;
        return new Launch(command, environment, stored, List.of());
    }
}
