package org.qpsmtpd.itest.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.qpsmtpd.itest.Program;
import org.qpsmtpd.itest.Program.Result;

/** What lies beside the artifacts, and what it is good for. */
class SupplyIT {
    private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();
    private static final String FELIX = "runtime/felix/target/qpsmtpd-1.0.0.tar.gz";
    private static final String DEB = "runtime/package/target/qpsmtpd_1.0.0_all.deb";
    private static final String RPM = "runtime/package/target/qpsmtpd-1.0.0-1.noarch.rpm";
    private static final String KARAF = "runtime/karaf/target/qpsmtpd-karaf-1.0.0.tar.gz";
    private static final String KAR = "runtime/karaf/target/qpsmtpd-karaf-1.0.0-features.kar";

    private final Program checker = new Program(ROOT.resolve("runtime/check-dependencies"));
    private final Path folder;

    SupplyIT(@TempDir Path folder) {
        this.folder = folder;
    }

    @ParameterizedTest
    @ValueSource(strings = {FELIX, DEB, RPM, KARAF, KAR})
    void eachArtifactHasABillOfMaterialsAndChecksums(String artifact) {
        Path path = ROOT.resolve(artifact);
        Path bill = Path.of(path + ".cdx.json");
        for (Path file : List.of(path, bill)) {
            String name = file.getFileName().toString();
            Shell.run(
                    "sh",
                    "-c",
                    "cd '" + file.getParent() + "' && sha256sum -c --quiet '" + name + ".sha256'");
        }
        assertThat(bill)
                .content()
                .contains("\"bomFormat\": \"CycloneDX\"")
                .contains("pkg:maven/org.qpsmtpd/org.qpsmtpd.core@1.0.0")
                .contains("pkg:maven/com.google.re2j/re2j@")
                .containsPattern("pkg:maven/io.netty/netty-handler@4\\.[0-9.]+Final");
    }

    /** The hash of each jar that is in the archive, and no other, is in its bill. */
    @Test
    void theBillNamesEachJar() throws IOException {
        Shell.run("tar", "-C", folder.toString(), "-xzf", ROOT.resolve(FELIX).toString());
        String bill = Files.readString(ROOT.resolve(FELIX + ".cdx.json"));
        long jars = 0;
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path jar : files.filter(file -> file.toString().endsWith(".jar")).toList()) {
                if (!jar.endsWith("lib/qpsmtpd.jar")) { // a manifest, nothing else
                    assertThat(bill).contains(sha256(jar));
                    jars++;
                }
            }
        }
        assertThat(bill.split("\"SHA-256\"", -1)).hasSize((int) jars + 1);
    }

    private static String sha256(Path file) {
        return Shell.run("sha256sum", file.toString()).substring(0, 64);
    }

    private Result check(String... arguments) {
        Program.find("python3", "python3");
        return checker.run(
                Stream.concat(
                                Stream.of(arguments),
                                Stream.of(ROOT.resolve(FELIX + ".cdx.json").toString()))
                        .toList());
    }

    private void record(String name, String introduced, String end) throws IOException {
        Files.writeString(
                Files.createDirectories(folder.resolve("data")).resolve(name + ".json"),
                """
                {"id": "%s", "aliases": ["CVE-%s"], "summary": "a fault", "affected": [
                  {"package": {"ecosystem": "Maven", "name": "com.google.re2j:re2j"},
                   "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "%s"}, %s]}]}]}
                """
                        .formatted(name, name, introduced, end));
    }

    @Test
    void aKnownFaultIsFoundInWhatABundleEmbeds() throws IOException {
        String data = folder.resolve("data").toString();
        record("before", "0", "{\"fixed\": \"1.7\"}");
        record("later", "1.9", "{\"last_affected\": \"1.10\"}");
        Result none = check("--data", data);
        assertThat(none.status()).as(none.output()).isZero();
        assertThat(none.output()).contains(" components, 0 known faults");

        record("now", "1.2-beta", "{\"fixed\": \"1.10\"}");
        Result found = check("--data", data);
        assertThat(found.status()).as(found.output()).isEqualTo(1);
        assertThat(found.output()).contains("com.google.re2j:re2j 1.8: now CVE-now: a fault");
        assertThat(check("--data", data, "--accept", "CVE-now").status()).isZero();
    }

    @Test
    void withoutDataNothingIsSaidToBeGood() throws IOException {
        assertThat(check().status()).isEqualTo(2);
        assertThat(check().output()).contains("nothing was checked, no data");
        assertThat(check("--data", Files.createDirectory(folder.resolve("empty")).toString()))
                .matches(result -> result.status() == 2)
                .matches(result -> result.output().contains("holds no records"));
        Files.writeString(Files.createDirectory(folder.resolve("bad")).resolve("a.json"), "[1]");
        assertThat(check("--data", folder.resolve("bad").toString()).status()).isEqualTo(2);
    }
}
