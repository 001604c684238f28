package org.qpsmtpd.itest.process;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import org.qpsmtpd.itest.FreePort;
import org.qpsmtpd.itest.ProcessOutput;
import org.qpsmtpd.itest.Program;

/** Debian's c-icap with its modules echo and virus_scan, and clamd with a signature behind it. */
final class IcapServer implements AutoCloseable {
    private static final String CONFIGURATION =
            """
            PidFile %1$s/pid
            CommandsSocket %1$s/control
            Timeout 30
            MaxKeepAliveRequests 100
            KeepAliveTimeout 60
            StartServers 1
            MaxServers 1
            MinSpareThreads 2
            MaxSpareThreads 10
            ThreadsPerChild 10
            MaxRequestsPerChild 0
            Port 127.0.0.1:%2$d
            TmpDir %1$s
            MaxMemObject 131072
            DebugLevel 1
            Pipelining on
            SupportBuggyClients off
            ModulesDir %3$s
            ServicesDir %3$s
            TemplateDir /usr/share/c_icap/templates/
            LoadMagicFile /etc/c-icap/c-icap.magic
            ServerLog %1$s/server.log
            AccessLog %1$s/access.log
            Service echo srv_echo.so
            Module common clamd_mod.so
            clamd_mod.ClamdSocket %1$s/clamd
            Service antivirus_module virus_scan.so
            ServiceAlias avscan antivirus_module?allow204=on&sizelimit=off&mode=simple
            virus_scan.ScanFileTypes TEXT DATA EXECUTABLE ARCHIVE GIF JPEG MSOFFICE
            virus_scan.SendPercentData 5
            virus_scan.StartSendPercentDataAfter 2M
            virus_scan.MaxObjectSize 100M
            virus_scan.PassOnError off
            virus_scan.DefaultEngine clamd
            """;

    private final Path folder;
    private final int port = FreePort.take();
    private final Program scanner = Program.find("clamd", "clamav-daemon");
    private final Program program = Program.find("c-icap", "c-icap");
    private final Path modules = modules();
    private Process clamd;
    private Process server;

    /**
     * Starts both.
     *
     * @param folder where they may write; a short path, as it has sockets there
     */
    IcapServer(Path folder) throws IOException {
        this.folder = folder;
        clamd = startedClamd();
        server = startedServer();
    }

    private Process startedClamd() throws IOException {
        Files.deleteIfExists(folder.resolve("clamd"));
        Process started = scanner.start(List.of("-c", clamdConfiguration().toString()), List.of());
        ProcessOutput said = ProcessOutput.of(started.getInputStream());
        Eventually.holds(
                "clamd to listen: " + said.text(), () -> Files.exists(folder.resolve("clamd")));
        return started;
    }

    private Process startedServer() throws IOException {
        Path configuration =
                Files.writeString(
                        folder.resolve("conf"), CONFIGURATION.formatted(folder, port, modules));
        Process started = program.start(List.of("-N", "-f", configuration.toString()), List.of());
        ProcessOutput printed = ProcessOutput.of(started.getInputStream());
        Eventually.holds("c-icap to listen: " + printed.text(), this::isListening);
        return started;
    }

    /** Starts both anew when they were closed. */
    void start() throws IOException {
        clamd = startedClamd();
        server = startedServer();
    }

    private boolean isListening() {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            return socket.isConnected();
        } catch (IOException e) {
            return false;
        }
    }

    /** The folder of c-icap's modules, which has another name on another machine. */
    private static Path modules() throws IOException {
        Path libraries = Path.of("/usr/lib");
        try (DirectoryStream<Path> all = Files.newDirectoryStream(libraries, "*-linux-gnu*")) {
            for (Path each : all) {
                if (Files.exists(each.resolve("c_icap/virus_scan.so"))) {
                    return each.resolve("c_icap");
                }
            }
        }
        Program.missing("virus_scan.so (Debian: apt-get install libc-icap-mod-virus-scan)");
        return libraries;
    }

    private Path clamdConfiguration() throws IOException {
        Path signatures = Files.createDirectories(folder.resolve("db"));
        String hex = HexFormat.of().formatHex(Scanners.EICAR.getBytes(US_ASCII));
        Files.writeString(signatures.resolve("e.ndb"), "Test.Eicar:0:*:" + hex + "\n");
        return Files.write(
                folder.resolve("clamd.conf"),
                List.of(
                        "LocalSocket " + folder.resolve("clamd"),
                        "DatabaseDirectory " + signatures,
                        "Foreground yes",
                        "SelfCheck 0"));
    }

    /** {@code HOST:PORT}. */
    String address() {
        return "127.0.0.1:" + port;
    }

    /** Ends both at once; c-icap would wait for those who keep a connection. */
    @Override
    public void close() {
        List<ProcessHandle> children = server.descendants().toList();
        server.destroyForcibly();
        children.forEach(ProcessHandle::destroyForcibly);
        clamd.destroyForcibly();
        children.forEach(child -> child.onExit().join());
    }
}
