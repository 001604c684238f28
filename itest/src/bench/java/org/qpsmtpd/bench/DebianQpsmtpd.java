package org.qpsmtpd.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** The qpsmtpd-prefork of Debian's package, with the same plugins and all its workers forked. */
final class DebianQpsmtpd implements Product {
    private static final String DISCARD =
            """
            use Qpsmtpd::Constants;

            sub hook_queue {
                return (OK, "Queued");
            }
            """;

    /** Sends the reverse lookup of each client to a name server of ours; %d is its port. */
    private static final String RESOLVER =
            """
            use Net::DNS;

            Net::DNS::Resolver->new; # reads the system's settings, which the next lines replace
            Net::DNS::Resolver->nameservers('127.0.0.1');
            Net::DNS::Resolver->port(%d);

            sub register { }
            """;

    private final Path distribution;

    /** With the plugins that our distribution has as well. */
    DebianQpsmtpd(Path distribution) {
        this.distribution = distribution;
    }

    @Override
    public String name() {
        return Products.QPSMTPD;
    }

    @Override
    public String label() {
        return "qpsmtpd-prefork";
    }

    @Override
    public String version() throws InterruptedException {
        return "Debian's qpsmtpd " + Commands.packageVersion("qpsmtpd");
    }

    @Override
    public boolean takes(Queue queue) {
        return queue != Queue.SITE && queue != Queue.SIGNED && queue != Queue.CHECKED;
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
        Path config = home.resolve("config");
        Path plugins = Files.createDirectories(home.resolve("plugins/bench"));
        Files.writeString(plugins.resolve("discard"), DISCARD);
        Files.writeString(
                plugins.resolve("resolver"),
                String.format(Locale.ROOT, RESOLVER, NameServer.ofRun().port()));
        Path maildir = home.resolve("maildir");
        List<String> lines = new ArrayList<>(List.of("bench/resolver"));
        lines.addAll(
                queue == Queue.GATES ? new Gates(distribution).lines(home) : Products.PLUGINS);
        lines.add(
                switch (queue) {
                    case MAILDIR -> "queue/maildir " + maildir;
                    case FORWARD, FORWARD_BARE -> "queue/smtp-forward 127.0.0.1 " + NextHop.port();
                    case SPOOL, PROXY, DISCARD, GATES, SITE, SIGNED, CHECKED -> "bench/discard";
                });
        QpsmtpdConfig.write(config, lines);
        QpsmtpdConfig.file(
                config, "plugin_dirs", "/usr/share/qpsmtpd/plugins\n" + home.resolve("plugins"));
        Path spool = Files.createDirectory(home.resolve("spool"));
        Files.setPosixFilePermissions(spool, PosixFilePermissions.fromString("rwx------"));
        QpsmtpdConfig.file(config, "spool_dir", spool.toString());
        String user = Commands.isRoot() ? "qpsmtpd" : System.getProperty("user.name");
        Commands.giveTo(user, home);
        Path stored = queue == Queue.MAILDIR ? maildir.resolve("new") : null;
        return new Launch(
                command(port, user),
                Map.of("QPSMTPD_CONFIG", config.toString()),
                stored,
                List.of());
    }

    private static List<String> command(int port, String user) {
        return List.of(
                "/usr/bin/qpsmtpd-prefork",
                "--listen-address",
                "127.0.0.1",
                "--port",
                Integer.toString(port),
                "--user",
                user,
                "--children",
                "15",
                "--idle-children",
                "15",
                "--max-from-ip",
                "0");
    }
}
