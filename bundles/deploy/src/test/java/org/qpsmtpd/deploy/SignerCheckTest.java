package org.qpsmtpd.deploy;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.KeyStore;
import java.security.KeyStore.PasswordProtection;
import java.security.KeyStore.PrivateKeyEntry;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import java.util.zip.ZipOutputStream;
import jdk.security.jarsigner.JarSigner;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** With keys by the JDK's keytool, and signatures by what its jarsigner signs with. */
class SignerCheckTest {
    private static final Path KEYTOOL = Path.of(System.getProperty("java.home"), "bin/keytool");
    private static final char[] PASSWORD = "secret".toCharArray();

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
        List<String> command = new ArrayList<>(List.of(KEYTOOL.toString(), "-genkeypair"));
        command.addAll(List.of("-alias", name, "-dname", "CN=" + name, "-keyalg", "EC"));
        command.addAll(List.of("-storepass", "secret", "-keystore", store().toString()));
        command.addAll(List.of(options));
        Process process =
                new ProcessBuilder(command)
                        .redirectErrorStream(true)
                        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                        .start();
        assertThat(process.waitFor(60, SECONDS)).isTrue();
        assertThat(process.exitValue()).as("%s", command).isZero();
        Files.write(
                keys.resolve(name + ".pem"),
                List.of(
                        "-----BEGIN CERTIFICATE-----",
                        Base64.getMimeEncoder()
                                .encodeToString(entry(name).getCertificate().getEncoded()),
                        "-----END CERTIFICATE-----"));
    }

    private static Path store() {
        return keys.resolve("store");
    }

    private static PrivateKeyEntry entry(String name) throws Exception {
        KeyStore store = KeyStore.getInstance(store().toFile(), PASSWORD);
        return (PrivateKeyEntry) store.getEntry(name, new PasswordProtection(PASSWORD));
    }

    private static JarSigner.Builder signer(String name) throws Exception {
        return new JarSigner.Builder(entry(name)).signerName(name);
    }

    private void sign(String name) throws Exception {
        sign(signer(name));
    }

    private void sign(JarSigner.Builder signer) throws IOException {
        Path signed = jar.resolveSibling("signed.jar");
        try (ZipFile unsigned = new ZipFile(jar.toFile());
                OutputStream out = Files.newOutputStream(signed)) {
            signer.build().sign(unsigned, out);
        }
        Files.move(signed, jar, StandardCopyOption.REPLACE_EXISTING);
    }

    private void trust(String... lines) throws IOException {
        Files.write(config.resolve("deploy_signers"), List.of(lines));
        for (String name : List.of("ann", "bob", "old")) {
            Files.copy(keys.resolve(name + ".pem"), config.resolve(name + ".pem"));
        }
    }

    private void check() throws JarFault {
        Optional<SignerCheck> signers = SignerCheck.read(List.of(config));
        var unused = new JarCheck().check(jar);
        if (signers.isPresent()) {
            signers.get().check(jar);
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
        trust("\uFEFF# who may", "bob.pem", "ann.pem");
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
                        + " cannot be read: there is no such file");
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

    /** Copies the jar, with entries changed, left out (empty) or added. */
    private void rewrite(Map<String, Optional<byte[]>> changes) throws IOException {
        Map<String, byte[]> all = new LinkedHashMap<>();
        try (ZipFile zip = new ZipFile(jar.toFile())) {
            for (ZipEntry entry : zip.stream().toList()) {
                all.put(entry.getName(), zip.getInputStream(entry).readAllBytes());
            }
        }
        changes.forEach(
                (name, content) -> {
                    if (content.isPresent()) {
                        all.put(name, content.get());
                    } else {
                        all.remove(name);
                    }
                });
        try (ZipOutputStream zip = new ZipOutputStream(Files.newOutputStream(jar))) {
            for (Map.Entry<String, byte[]> entry : all.entrySet()) {
                zip.putNextEntry(new ZipEntry(entry.getKey()));
                zip.write(entry.getValue());
            }
        }
    }

    private void add(String name) throws IOException {
        rewrite(Map.of(name, Optional.of(new byte[] {1, 2, 3})));
    }

    @Test
    void refusesAFolderThatIsAClass() throws Exception {
        trust("ann.pem");
        sign("ann");
        add("opt/Helper.class/");
        assertRefused("its folder 'opt/Helper.class/' has a content");
    }

    @Test
    void refusesWhatLooksLikeASignatureAndIsNone() throws Exception {
        trust("ann.pem");
        sign("ann");
        byte[] signed = Files.readAllBytes(jar);
        for (String name :
                List.of(
                        "META-INF/EVIL.SF",
                        "META-INF/evil.RSA",
                        "META-INF/SIG-EVIL",
                        "META-INF/versions/11/x.class",
                        "META-INF/services/x")) {
            Files.write(jar, signed);
            add(name);
            assertRefused("its entry '" + name + "' is not signed");
        }
    }

    @Test
    void refusesAJarFromWhichSomethingWasTaken() throws Exception {
        trust("ann.pem");
        TestJar.bundle("org.example", "1").entry("text", "words").entry("more", "x").write(jar);
        sign("ann");
        rewrite(Map.of("more", Optional.empty()));
        assertRefused("its entry 'more', which was signed, is not there");
    }

    /** Each entry would have a signature of the right person. */
    @Test
    void refusesAMixtureOfJarsThatWereSigned() throws Exception {
        trust("ann.pem");
        sign(signer("ann").signerName("ONE"));
        Path one = jar.resolveSibling("one.jar");
        Files.move(jar, one);
        TestJar.bundle("org.example", "1").entry("other", "old fault").write(jar);
        sign(signer("ann").signerName("TWO"));
        Map<String, Optional<byte[]>> changes = new LinkedHashMap<>();
        try (ZipFile zip = new ZipFile(one.toFile())) {
            for (String name : List.of("text", "META-INF/ONE.SF", "META-INF/ONE.EC")) {
                changes.put(
                        name, Optional.of(zip.getInputStream(zip.getEntry(name)).readAllBytes()));
            }
            String sections =
                    new String(
                            zip.getInputStream(zip.getEntry("META-INF/MANIFEST.MF")).readAllBytes(),
                            StandardCharsets.UTF_8);
            String mine = read("META-INF/MANIFEST.MF");
            String both = mine + sections.substring(sections.indexOf("\nName: ") + 1);
            changes.put("META-INF/MANIFEST.MF", Optional.of(both.getBytes(StandardCharsets.UTF_8)));
        }
        rewrite(changes);
        assertRefused("its signature 'META-INF/");
    }

    private String read(String name) throws IOException {
        try (ZipFile zip = new ZipFile(jar.toFile())) {
            byte[] bytes = zip.getInputStream(zip.getEntry(name)).readAllBytes();
            return new String(bytes, StandardCharsets.UTF_8);
        }
    }

    @Test
    void refusesWeakDigests() throws Exception {
        trust("ann.pem");
        for (String digest : List.of("SHA-1", "MD5")) {
            TestJar.bundle("org.example", "1").entry("text", "words").write(jar);
            sign(signer("ann").digestAlgorithm(digest));
            assertThatThrownBy(this::check)
                    .isInstanceOf(JarFault.class)
                    .hasMessageContaining("sign the jar with jarsigner");
        }
    }

    @Test
    void takesAJarThatSeveralSignedWhenOneIsTrusted() throws Exception {
        trust("bob.pem");
        sign("ann");
        sign("bob");
        check();
    }

    /** Jars, native code and contents for a later Java in it are entries like others. */
    @Test
    void coversWhatABundleCarriesWithIt() throws Exception {
        trust("ann.pem");
        List<String> names =
                List.of("lib/inner.jar", "lib/libx.so", "META-INF/versions/11/org/example/X");
        TestJar bundle =
                TestJar.bundle("org.example", "1")
                        .header("Bundle-ClassPath", ".,lib/inner.jar")
                        .header("Bundle-NativeCode", "lib/libx.so;osname=Linux")
                        .header("Multi-Release", "true");
        names.forEach(name -> bundle.entry(name, "signed"));
        bundle.write(jar);
        sign("ann");
        check();
        byte[] signed = Files.readAllBytes(jar);
        for (String name : names) {
            Files.write(jar, signed);
            add(name);
            assertRefused("its signature does not hold: ");
        }
    }
}
