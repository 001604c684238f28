package org.qpsmtpd.itest.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.qpsmtpd.itest.ServerUnderTest;
import org.qpsmtpd.itest.SmtpDialogue;
import org.qpsmtpd.itest.plugin.VictimPlugins;

/** Somebody who may add to the deploy folder, or hand out jars, but may not run code. */
class DeployFolderAttackIT {
    private static final String BUNDLE = "org.example.victim";
    private static final String STRICT = "count_unrecognized_commands-strict.cfg";
    private static final int NOBODY = 65_534;

    private final Path folder;
    private final PluginBundle plugin = PluginBundle.of(BUNDLE, VictimPlugins.Good.class);

    DeployFolderAttackIT(@TempDir Path folder) {
        this.folder = folder;
    }

    private static void put(DeployFolder deploy, String name, String text, int owner)
            throws IOException {
        Path part = Files.createTempFile(deploy.path().resolveSibling(""), "cfg", ".part");
        Files.writeString(part, text);
        Files.setPosixFilePermissions(part, PosixFilePermissions.fromString("rw-r--r--"));
        if (owner != 0) {
            Files.setAttribute(part, "unix:uid", owner);
        }
        Files.move(part, deploy.path().resolve(name), StandardCopyOption.ATOMIC_MOVE);
    }

    private static String rejection(DeployFolder deploy, String name) {
        return Eventually.get(
                "the note of " + name, () -> deploy.rejection(name), text -> !text.isEmpty());
    }

    private static String vrfy(ServerUnderTest server) {
        try (SmtpDialogue session = server.connect()) {
            session.hello();
            return session.command("VRFY amy").text();
        }
    }

    /** A further watcher would start every jar in its folder. */
    @Test
    void aConfigurationHasNoOtherFolderWatched() throws IOException {
        Path other = Files.createDirectory(folder.resolve("other"));
        Files.write(other.resolve("victim.jar"), plugin.numbered(1).jar());
        String watcher = "felix.fileinstall.dir = " + other + "\nfelix.fileinstall.poll = 50\n";
        String pid = "org.apache.felix.fileinstall";
        try (ServerUnderTest server = Mail.server().start()) {
            DeployFolder deploy = DeployFolder.of(server);
            put(deploy, pid + "-evil.cfg", watcher, 0);
            put(deploy, pid + ".cfg", watcher, 0);
            put(deploy, "org.qpsmtpd.server-evil.cfg", "port = 0\n", 0);
            assertThat(rejection(deploy, pid + "-evil.cfg")).contains("no plugin", pid);
            assertThat(rejection(deploy, pid + ".cfg")).contains("NAME-INSTANCE.cfg");
            assertThat(rejection(deploy, "org.qpsmtpd.server-evil.cfg")).contains("no plugin");
            assertThat(server.log())
                    .contains("deploy/" + pid + "-evil.cfg is refused: no plugin")
                    .containsOnlyOnce("Listening on ");
            String rows = Console.run(server, "deployments");
            assertThat(rows).contains(pid + "-evil.cfg", "refused");
            assertThat(Console.run(server, "lb")).doesNotContain(BUNDLE);
            assertThat(vrfy(server)).doesNotContain("good");
        }
    }

    /** In a folder such as {@code /tmp} everybody may put files of his own. */
    @Test
    void aConfigurationOfAnotherUserIsNotTaken() throws IOException {
        assumeTrue(Shell.isRoot(), "only root can write files of others");
        try (ServerUnderTest server = Mail.server().start()) {
            DeployFolder deploy = DeployFolder.of(server);
            Shell.run("chmod", "1777", deploy.path().toString());
            put(deploy, STRICT, "limit = 1\n", NOBODY);
            assertThat(rejection(deploy, STRICT))
                    .contains("belongs to user number " + NOBODY, "chown root");
            try (SmtpDialogue session = server.connect()) {
                session.hello();
                session.send("WHAT");
                session.expect(500);
            }
            Files.setAttribute(deploy.path().resolve(STRICT), "unix:uid", 0);
            Eventually.holds("no note", () -> deploy.rejection(STRICT).isEmpty());
            server.awaitLog("generation 2");
            assertThat(Console.run(server, "deployments")).containsPattern(STRICT + " +running");
        }
    }

    private Path sign(PluginBundle bundle) {
        Path keys = folder.resolve("keys");
        if (!Files.exists(keys)) {
            tool("keytool", "-genkeypair -keyalg EC -dname CN=ann -alias ann");
            tool("keytool", "-exportcert -rfc -alias ann -file " + folder.resolve("ann.pem"));
        }
        Path jar = bundle.writeTo(folder.resolve(bundle.version() + ".jar"));
        tool("jarsigner", jar + " ann");
        return jar;
    }

    private void tool(String name, String options) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", name).toString());
        command.addAll(
                List.of("-keystore", folder.resolve("keys").toString(), "-storepass", "secret"));
        command.addAll(List.of(options.split(" ")));
        Shell.run(command.toArray(String[]::new));
    }

    private static byte[] withEntry(Path jar, String name, byte[] content) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ZipFile from = new ZipFile(jar.toFile());
                OutputStream out = bytes;
                ZipOutputStream to = new ZipOutputStream(out)) {
            for (ZipEntry entry : from.stream().toList()) {
                to.putNextEntry(new ZipEntry(entry.getName()));
                from.getInputStream(entry).transferTo(to);
            }
            to.putNextEntry(new ZipEntry(name));
            to.write(content);
        }
        return bytes.toByteArray();
    }

    /** The class that is missing in what was signed is found as the content of a folder. */
    @Test
    void aFolderIsNoClassOfASignedJar() throws IOException {
        Path signed = sign(plugin.numbered(1));
        Path hollow = sign(plugin.numbered(2).without("$Good.class"));
        String path = VictimPlugins.Good.class.getName().replace('.', '/') + ".class";
        byte[] helper = Objects.requireNonNull(plugin.numbered(2).files().get(path), path);
        byte[] evil = withEntry(hollow, path + "/", helper);
        try (ServerUnderTest server =
                Mail.server()
                        .file("deploy_signers", folder.resolve("ann.pem").toString())
                        .start()) {
            DeployFolder deploy = DeployFolder.of(server);
            deploy.put("victim.jar", evil);
            assertThat(rejection(deploy, "victim.jar")).contains(path + "/' has a content");
            assertThat(vrfy(server)).doesNotContain("good");
            deploy.put("victim.jar", Files.readAllBytes(signed));
            Eventually.holds("the signed one", () -> vrfy(server).contains(PluginBundle.stamp(1)));
        }
    }
}
