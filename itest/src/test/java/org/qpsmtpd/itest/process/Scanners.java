package org.qpsmtpd.itest.process;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.qpsmtpd.itest.FreePort;
import org.qpsmtpd.itest.ProcessOutput;
import org.qpsmtpd.itest.Program;
import org.qpsmtpd.itest.Waiting;

/** Debian's spamd and clamd, with rules of the package and signatures of the test's own. */
final class Scanners implements AutoCloseable {
    /** Both are what every scanner must find; in parts, so that none finds them here. */
    static final String GTUBE =
            "XJS*C4JDBQADN1.NSBN3*2IDNEN*" + "GTUBE-STANDARD-ANTI-UBE-TEST-EMAIL*C.34X";

    static final String EICAR =
            "X5O!P%@AP[4\\PZX54(P^)7CC)7}$" + "EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*";

    private final Path folder;
    private final int port = FreePort.take();
    private final Program spamdProgram = Program.find("spamd", "spamd");
    private final Program clamdProgram = Program.find("clamd", "clamav-daemon");
    private Process spamd;
    private Process clamd;

    /**
     * Starts both.
     *
     * @param folder where they may write
     */
    Scanners(Path folder) throws IOException {
        this.folder = folder;
        addSignature("Test.Eicar", EICAR);
        clamd = startedClamd();
        spamd = startedSpamd();
    }

    private Process startedClamd() throws IOException {
        Process started = clamdProgram.start(List.of("-c", clamdConfig().toString()), List.of());
        ProcessOutput said = ProcessOutput.of(started.getInputStream());
        Eventually.holds(
                "clamd to listen: " + said.text(), () -> Files.exists(folder.resolve("clamd")));
        return started;
    }

    private Process startedSpamd() {
        Process started = spamdProgram.start(spamdOptions(), List.of());
        ProcessOutput.of(started.getInputStream())
                .await("spamd to start", said -> said.contains("server pid"));
        return started;
    }

    /** Starts clamd anew when it was killed. */
    void startClamd() throws IOException {
        clamd = startedClamd();
    }

    /** Starts spamd anew when it was killed. */
    void startSpamd() {
        spamd = startedSpamd();
    }

    /** Ends spamd, and waits for it. */
    void killSpamd() throws InterruptedException {
        List<ProcessHandle> children = spamd.descendants().toList();
        spamd.destroyForcibly().waitFor(Waiting.LIMIT.toSeconds(), TimeUnit.SECONDS);
        children.forEach(ProcessHandle::destroyForcibly);
        children.forEach(child -> child.onExit().join());
    }

    private List<String> spamdOptions() {
        return List.of(
                "--local",
                "--port=" + port,
                "--listen=127.0.0.1",
                "--max-children=2",
                "--nouser-config",
                "--username=nobody",
                "--helper-home-dir=" + folder,
                "--syslog=stderr");
    }

    private Path clamdConfig() throws IOException {
        return Files.write(
                folder.resolve("clamd.conf"),
                List.of(
                        "LocalSocket " + folder.resolve("clamd"),
                        "DatabaseDirectory " + folder.resolve("db"),
                        "Foreground yes",
                        "SelfCheck 0"));
    }

    /** Has clamd know a text, from its next start or reload on. */
    void addSignature(String name, String text) throws IOException {
        Path folderOfSignatures = Files.createDirectories(folder.resolve("db"));
        String hex = HexFormat.of().formatHex(text.getBytes(US_ASCII));
        Files.writeString(folderOfSignatures.resolve(name + ".ndb"), name + ":0:*:" + hex + "\n");
    }

    /** Has clamd read its signatures anew; it goes on with the old ones until it has. */
    void reload() throws IOException {
        try (SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            channel.connect(UnixDomainSocketAddress.of(folder.resolve("clamd")));
            channel.write(ByteBuffer.wrap("nRELOAD\n".getBytes(US_ASCII)));
            ByteBuffer answer = ByteBuffer.allocate(100);
            channel.read(answer);
            assertThat(new String(answer.array(), US_ASCII)).startsWith("RELOADING");
        }
    }

    /** Has clamd know a file, from its next start or reload on. */
    void addSignatureOf(String name, Path file) throws IOException, NoSuchAlgorithmException {
        byte[] octets = Files.readAllBytes(file);
        byte[] digest = MessageDigest.getInstance("MD5").digest(octets);
        Files.writeString(
                folder.resolve("db/" + name + ".hdb"),
                HexFormat.of().formatHex(digest) + ":" + octets.length + ":" + name + "\n");
    }

    /** The lines of config/plugins that have both used, and store what passes. */
    String[] lines() {
        List<String> lines = new ArrayList<>(List.of("rcpt_ok"));
        lines.addAll(filterLines());
        lines.add("queue/maildir MAIL");
        return lines.toArray(String[]::new);
    }

    /** The lines of config/plugins that have both used. */
    List<String> filterLines() {
        return List.of(
                "spamassassin on_error defer reject 100 spamd_socket 127.0.0.1:" + port,
                clamdLine());
    }

    String clamdLine() {
        return "virus/clamdscan on_error defer clamd_socket " + folder.resolve("clamd");
    }

    /** Ends clamd, and waits for it. */
    void killClamd() throws IOException, InterruptedException {
        clamd.destroyForcibly().waitFor(Waiting.LIMIT.toSeconds(), TimeUnit.SECONDS);
        Files.deleteIfExists(folder.resolve("clamd"));
    }

    @Override
    public void close() {
        spamd.destroy();
        clamd.destroyForcibly();
    }
}
