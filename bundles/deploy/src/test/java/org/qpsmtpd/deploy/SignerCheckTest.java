package org.qpsmtpd.deploy;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.jar.JarEntry;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** With keys and signatures made by the JDK's own tools. */
class SignerCheckTest {
    private static final Path TOOLS = Path.of(System.getProperty("java.home"), "bin");
    private static final List<String> STORE = List.of("-storepass", "secret", "-keystore");

    private static Path keys = Path.of("");

    private final Path config;
    private final Path jar;

    SignerCheckTest(@TempDir Path folder) throws IOException {
        config = Files.createDirectory(folder.resolve("config"));
        jar =
                TestJar.bundle("org.example", "1")
                        .entry("text", "words")
                        .write(folder.resolve("x.jar"));
    }

    @BeforeAll
    static void makeKeys(@TempDir Path folder) throws Exception {
        keys = folder;
        for (String name : List.of("ann", "bob")) {
            key(name, "-validity", "30");
        }
        key("old", "-startdate", "-10d", "-validity", "1");
    }

    private static void key(String name, String... options) throws Exception {
        List<String> command = new ArrayList<>(List.of("keytool", "-genkeypair", "-alias", name));
        command.addAll(List.of("-dname", "CN=" + name, "-keyalg", "EC"));
        command.addAll(List.of(options));
        run(command);
        run(
                List.of(
                        "keytool",
                        "-exportcert",
                        "-rfc",
                        "-alias",
                        name,
                        "-file",
                        keys.resolve(name + ".pem").toString()));
    }

    private static void run(List<String> command) throws Exception {
        List<String> all = new ArrayList<>(command);
        all.set(0, TOOLS.resolve(command.get(0)).toString());
        all.addAll(1, STORE);
        all.add(1 + STORE.size(), keys.resolve("store").toString());
        Process process =
                new ProcessBuilder(all)
                        .redirectErrorStream(true)
                        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                        .start();
        assertThat(process.waitFor(60, SECONDS)).isTrue();
        assertThat(process.exitValue()).as("%s", all).isZero();
    }

    private void sign(String name) throws Exception {
        run(List.of("jarsigner", jar.toString(), name));
    }

    private void trust(String... lines) throws IOException {
        Files.write(config.resolve("deploy_signers"), List.of(lines));
        for (String name : List.of("ann", "bob", "old")) {
            Files.copy(keys.resolve(name + ".pem"), config.resolve(name + ".pem"));
        }
    }

    private void check() throws JarFault {
        Optional<SignerCheck> signers = SignerCheck.read(List.of(config));
        List<JarEntry> entries = new JarCheck().check(jar, signers.isPresent());
        if (signers.isPresent()) {
            signers.get().check(entries);
        }
    }

    private void assertRefused(String reason) {
        assertThatThrownBy(this::check).isInstanceOf(JarFault.class).hasMessageStartingWith(reason);
    }

    @Test
    void needsNoSignatureWithoutAList() throws JarFault {
        check();
        assertThat(SignerCheck.read(List.of(config))).isEmpty();
    }

    @Test
    void takesAJarThatOneOfThemSigned() throws Exception {
        trust("# who may", "bob.pem", "ann.pem");
        sign("ann");
        check();
    }

    @Test
    void refusesAnUnsignedJar() throws Exception {
        trust("ann.pem");
        assertRefused("its entry 'text' is not signed by a certificate that ");
    }

    @Test
    void refusesAnotherSigner() throws Exception {
        trust("ann.pem");
        sign("bob");
        assertRefused("its entry 'text' is not signed by a certificate that ");
    }

    @Test
    void refusesAnEntryThatWasAddedLater() throws Exception {
        trust("ann.pem");
        sign("ann");
        change("added", "more");
        assertRefused("its entry 'added' is not signed by a certificate that ");
    }

    @Test
    void refusesAnEntryThatWasChangedLater() throws Exception {
        trust("ann.pem");
        sign("ann");
        change("text", "other words");
        assertRefused("its signature does not hold: ");
    }

    @Test
    void refusesAManifestThatWasChangedLater() throws Exception {
        trust("ann.pem");
        sign("ann");
        try (FileSystem zip = FileSystems.newFileSystem(jar)) {
            Path manifest = zip.getPath("META-INF/MANIFEST.MF");
            String text = Files.readString(manifest);
            Files.writeString(
                    manifest, text.replace("SymbolicName: org.example", "SymbolicName: org.evil"));
        }
        assertThatThrownBy(this::check).isInstanceOf(JarFault.class);
    }

    private void change(String entry, String text) throws IOException {
        try (FileSystem zip = FileSystems.newFileSystem(jar)) {
            Files.writeString(zip.getPath(entry), text);
        }
    }

    @Test
    void refusesEverythingWhenTheListIsEmpty() throws Exception {
        trust("# nobody");
        sign("ann");
        assertRefused(config.resolve("deploy_signers") + " names no certificate");
    }

    @Test
    void refusesEverythingWhenACertificateIsNotThere() throws Exception {
        trust("ann.pem", "eve.pem");
        sign("ann");
        assertRefused(
                config.resolve("deploy_signers")
                        + ":2: the certificate "
                        + config.resolve("eve.pem")
                        + " cannot be used: there is no such file");
    }

    @Test
    void refusesEverythingWhenACertificateHasExpired() throws Exception {
        trust("old.pem", "ann.pem");
        sign("ann");
        assertRefused(
                config.resolve("deploy_signers")
                        + ":1: the certificate "
                        + config.resolve("old.pem")
                        + " cannot be used: NotAfter: ");
    }

    @Test
    void refusesEverythingWhenACertificateIsGarbage() throws Exception {
        trust("bad.pem");
        Files.writeString(config.resolve("bad.pem"), "no certificate");
        assertRefused(config.resolve("deploy_signers") + ":1: ");
    }

    @Test
    void refusesEverythingWhenTheListCannotBeRead() throws Exception {
        Files.createDirectory(config.resolve("deploy_signers"));
        assertRefused(config.resolve("deploy_signers") + " cannot be read: ");
    }
}
