package org.qpsmtpd.bench;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * Haraka from npm, one process, with the plugins that correspond to those of (g); what they
 * remember is in a redis-server of its own, whose CPU counts as Haraka's. For (w) it has its
 * plugins for SPF and DKIM.
 */
final class Haraka implements Product {
    private static final String PLUGINS =
            """
            relay
            access
            fcrdns
            dns-list
            helo.checks
            mail_from.is_resolvable
            greylist
            karma
            rcpt_to.in_host_list
            queue/discard
            """;

    private static final String LAST_PLUGINS =
            """
            rcpt_to.in_host_list
            queue/discard
            """;

    /** Leads every resolver of the process to our name server. */
    private static final String RESOLVERS =
            """
            const dns = require('node:dns');
            const servers = ['127.0.0.1:PORT'];
            dns.setServers(servers);
            dns.promises.setServers(servers);
            for (const home of [dns, dns.promises]) {
                const Original = home.Resolver;
                home.Resolver = class extends Original {
                    constructor(...options) {
                        super(...options);
                        this.setServers(servers);
                    }
                };
            }
            """;

    /** The memory first, so that it is there when it is asked for; both end together. */
    private static final String START =
            """
            redis-server --bind 127.0.0.1 --port "$1" --save '' --dir "$2" &
            exec node "$3/bin/haraka" -c "$2"
            """;

    private final Path installed;

    /**
     * @param installed the folder of the npm package
     */
    Haraka(Path installed) {
        this.installed = installed;
    }

    @Override
    public String name() {
        return Products.HARAKA;
    }

    @Override
    public String label() {
        return "Haraka";
    }

    @Override
    public String version() throws IOException, InterruptedException {
        String print = "console.log(require('" + installed.resolve("package.json") + "').version)";
        return "Haraka "
                + Commands.run(List.of("node", "-e", print))
                + " on Node.js "
                + Commands.run(List.of("node", "--version"));
    }

    @Override
    public boolean takes(Queue queue) {
        return queue == Queue.GATES || queue == Queue.SIGNED || queue == Queue.CHECKED;
    }

    /** Its plugins leave clients of loopback alone. */
    @Override
    public boolean isToldVisitors() {
        return true;
    }

    @Override
    public boolean syncs() {
        return false;
    }

    @Override
    public boolean needsLongWarmUp() {
        return true;
    }

    @Override
    public Launch prepare(Path home, int port, Queue queue) throws IOException {
        Path config = Files.createDirectory(home.resolve("config"));
        Files.createDirectory(home.resolve("queue"));
        copyDefaults(config);
        int redis = Server.freePort();
        writeServer(config, port);
        writePlugins(config, redis);
        if (queue != Queue.GATES) {
            String checks = queue == Queue.CHECKED ? "spf\ndkim\n" : "";
            write(config, "plugins", checks + LAST_PLUGINS);
        }
        Path resolvers = home.resolve("resolvers.js");
        Files.writeString(
                resolvers,
                RESOLVERS.replace("PORT", Integer.toString(NameServer.ofRun().port())));
        List<String> command =
                List.of(
                        "/bin/sh",
                        "-c",
                        START,
                        "haraka",
                        Integer.toString(redis),
                        home.toString(),
                        installed.toString());
        Map<String, String> environment =
                Map.of("YES_REALLY_DO_DISCARD", "1", "NODE_OPTIONS", "--require " + resolvers);
        return new Launch(command, environment, null, List.of());
    }

    private void copyDefaults(Path config) throws IOException {
        try (DirectoryStream<Path> defaults =
                Files.newDirectoryStream(installed.resolve("config"))) {
            for (Path file : defaults) {
                if (Files.isRegularFile(file)) {
                    Files.copy(file, config.resolve(file.getFileName()));
                }
            }
        }
    }

    private static void writeServer(Path config, int port) throws IOException {
        write(config, "smtp.ini", "listen=127.0.0.1:" + port);
        write(config, "me", "bench.example.com");
        write(config, "loglevel", "ERROR");
        write(config, "log.ini", "level=error");
        write(config, "host_list", "example.com");
        String defaults = Files.readString(config.resolve("connection.ini"));
        write(
                config,
                "connection.ini",
                defaults.replaceFirst("hosts\\[\\] =.*", "hosts[]=127.0.0.1"));
    }

    private static void writePlugins(Path config, int redis) throws IOException {
        write(config, "plugins", PLUGINS);
        write(config, "relay.ini", "[relay]\nacl=true");
        write(config, "relay_acl_allow", "192.0.2.0/24");
        write(config, "access.ini", "[check]\nany=false\nconn=true\nmail=true\nrcpt=true");
        write(config, "mail_from.access.blacklist", "someone@bad.example.net");
        String zones = "\nzones[]=bl1.test\nzones[]=bl2.test\nzones[]=bl3.test";
        write(config, "dns-list.ini", "[main]\nsearch=all" + zones);
        String periods = "\n[period]\nblack=0\ngrey=90000\nwhite=3024000";
        write(config, "greylist.ini", memory(redis, 1) + periods);
        String hardlyAny = "\n[tarpit]\ndelay=0.001";
        write(config, "karma.ini", memory(redis, 2) + "\nexpire_days=60" + hardlyAny);
        write(config, "redis.ini", "[server]\nhost=127.0.0.1\nport=" + redis);
    }

    private static String memory(int port, int dataBase) {
        return "[redis]\nhost=127.0.0.1\nport=" + port + "\ndb=" + dataBase;
    }

    private static void write(Path config, String name, String text) throws IOException {
        Files.writeString(config.resolve(name), text.strip() + "\n");
    }
}
