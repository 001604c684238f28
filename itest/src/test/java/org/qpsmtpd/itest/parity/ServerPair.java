package org.qpsmtpd.itest.parity;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.nio.file.attribute.UserPrincipal;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.qpsmtpd.api.service.DnsAnswer.Status;
import org.qpsmtpd.api.service.DnsType;
import org.qpsmtpd.itest.Program;
import org.qpsmtpd.itest.ServerUnderTest;
import org.qpsmtpd.testkit.FakeNameServer;

/** Debian's qpsmtpd and ours, on the same config directory. */
final class ServerPair implements AutoCloseable {
    private static final Path TARGET = Path.of("target").toAbsolutePath();
    private static final Set<PosixFilePermission> PRIVATE =
            PosixFilePermissions.fromString("rwx------");
    private static final Set<PosixFilePermission> READABLE =
            PosixFilePermissions.fromString("rwxr-xr-x");

    /** Sends the questions of its Net::DNS to the name server at PORT. */
    private static final String RESOLVER =
            """
            use Net::DNS;

            Net::DNS::Resolver->new; # reads the system's settings, which the next lines replace
            Net::DNS::Resolver->nameservers('127.0.0.1');
            Net::DNS::Resolver->port(PORT);
            Net::DNS::Resolver->usevc(1); # over TCP, where no answer is lost

            sub register { }
            """;

    /**
     * What to start.
     *
     * @param ours the distribution, which {@link DebianQpsmtpd#user} can read
     */
    record Programs(Program debian, Path ours) {}

    private final FakeNameServer names;
    private final DebianQpsmtpd theirs;
    private final ServerUnderTest ours;

    private ServerPair(FakeNameServer names, DebianQpsmtpd theirs, ServerUnderTest ours) {
        this.names = names;
        this.theirs = theirs;
        this.ours = ours;
    }

    /**
     * Starts both.
     *
     * @param folder an empty folder, which must outlive them
     */
    static ServerPair start(Programs programs, Path folder, Dialogue.Setting setting)
            throws IOException {
        FakeNameServer names = FakeNameServer.start();
        setting.records().forEach(line -> add(names, line.split(" ", 3)));
        Path directory = new ServerPair.Folder(folder, names.port()).write(setting.config());
        Path log = TARGET.resolve("server-logs/ParityIT-" + folder.getFileName() + "-debian.log");
        DebianQpsmtpd theirs =
                DebianQpsmtpd.start(programs.debian(), directory, folder.resolve("state"), log);
        try {
            ServerUnderTest ours =
                    ServerUnderTest.builder()
                            .home(programs.ours())
                            .options("--user", DebianQpsmtpd.user())
                            .environment("QPSMTPD_CONFIG", directory.toString())
                            .environment("QPSMTPD_CONSOLE", folder + "/state/console")
                            .environment("QPSMTPD_ATTACH", folder + "/state/attach")
                            .start();
            return new ServerPair(names, theirs, ours);
        } catch (AssertionError e) {
            names.close();
            theirs.close();
            throw e;
        }
    }

    private static void add(FakeNameServer names, String[] line) {
        if (line[0].equals("status")) {
            names.with(line[1], Status.valueOf(line[2]));
        } else if (line[0].equals("PTR")) {
            names.withPointers(line[1], line[2]);
        } else {
            names.with(type(line[0]), line[1], line[2]);
        }
    }

    private static DnsType<?> type(String name) {
        return DnsType.ALL.stream()
                .filter(type -> type.toString().equals(name))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("no type of records: " + name));
    }

    int theirPort() {
        return theirs.port();
    }

    int ourPort() {
        return ours.port();
    }

    @Override
    public void close() throws IOException {
        try (names;
                theirs) {
            ours.close();
        }
    }

    /** The folder of a pair, for a name server on a port. */
    private record Folder(Path folder, int dns) {
        private Path write(Map<String, List<String>> files) throws IOException {
            Path config = Files.createDirectory(folder.resolve("config"));
            Path resolver = folder.resolve("plugins/parity/resolver");
            Files.createDirectories(resolver.getParent());
            Files.writeString(resolver, RESOLVER.replace("PORT", Integer.toString(dns)));
            own(Files.createDirectory(folder.resolve("spool")), PRIVATE);
            own(Files.createDirectory(folder.resolve("state")), PRIVATE);
            own(Files.createDirectory(folder.resolve("mail")), READABLE);
            usual(config);
            for (Map.Entry<String, List<String>> file : files.entrySet()) {
                write(config, file.getKey(), file.getValue().toArray(new String[0]));
            }
            Files.setPosixFilePermissions(folder, READABLE);
            return config;
        }

        private void usual(Path config) throws IOException {
            write(config, "me", "mx.example.org");
            write(config, "rcpthosts", "example.com", ".sub.example.com");
            write(
                    config,
                    "plugins",
                    "count_unrecognized_commands 4",
                    "relay",
                    "rcpt_ok",
                    "queue/maildir FOLDER/mail");
            write(config, "logging", "logging/warn 6");
            write(config, "dns_servers", "127.0.0.1:" + dns);
            write(config, "spool_dir", folder + "/spool");
            write(config, "store", "file " + folder + "/store"); // ours; the other keeps its own
            write(config, "plugin_dirs", "/usr/share/qpsmtpd/plugins", folder + "/plugins");
        }

        private void write(Path config, String name, String... lines) throws IOException {
            StringBuilder text = new StringBuilder();
            if (name.equals("plugins")) {
                text.append("parity/resolver optional\n"); // before others make theirs
            }
            for (String line : lines) {
                text.append(line.replace("FOLDER", folder.toString())).append('\n');
            }
            Files.writeString(config.resolve(name), text);
        }

        private static void own(Path directory, Set<PosixFilePermission> mode) throws IOException {
            UserPrincipal user =
                    directory
                            .getFileSystem()
                            .getUserPrincipalLookupService()
                            .lookupPrincipalByName(DebianQpsmtpd.user());
            Files.setOwner(directory, user);
            Files.setPosixFilePermissions(directory, mode);
        }
    }
}
