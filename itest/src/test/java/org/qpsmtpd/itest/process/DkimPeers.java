package org.qpsmtpd.itest.process;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.qpsmtpd.itest.Program;

/** Debian's verifiers and signers of DKIM, which take keys from a file. */
final class DkimPeers {
    private static final String SCRIPTS = "src/test/resources/dkim/";
    private static final Path NPM = Path.of("target/npm");
    private static final String FORMS =
            "simple/simple simple/relaxed relaxed/simple relaxed/relaxed";

    private final Path folder;
    private final Path keys;

    /**
     * @param keys lines of a name, a blank and a record
     */
    DkimPeers(Path folder, Path keys) {
        this.folder = folder;
        this.keys = keys;
    }

    private static Program python() {
        if (!Files.exists(Path.of("/usr/lib/python3/dist-packages/dkim"))
                || !Files.exists(Path.of("/usr/lib/python3/dist-packages/nacl"))) {
            Program.missing("python3-dkim, python3-nacl");
        }
        return new Program(Path.of("/usr/bin/python3")); // the one that has the libraries
    }

    private static Program perl() {
        if (!Files.exists(Path.of("/usr/share/perl5/Mail/DKIM.pm"))) {
            Program.missing("libmail-dkim-perl");
        }
        return Program.find("perl", "perl");
    }

    private static String run(Program program, List<String> words) {
        Program.Result result = program.run(words);
        if (result.status() != 0) {
            throw new AssertionError(words + ": " + result.output());
        }
        return result.output();
    }

    private static List<String> words(List<Path> files, String... first) {
        List<String> words = new ArrayList<>(List.of(first));
        files.forEach(file -> words.add(file.toString()));
        return words;
    }

    /** What python3-dkim says: a line for each file, with a result for each signature. */
    List<String> pythonVerifies(List<Path> files) {
        List<String> words = words(files, SCRIPTS + "python-dkim.py", "verify", keys.toString());
        return run(python(), words).lines().toList();
    }

    /** What Mail::DKIM says, likewise. */
    List<String> perlVerifies(List<Path> files) {
        List<String> words = words(files, SCRIPTS + "mail-dkim.pl", "verify", keys.toString());
        return run(perl(), words).lines().toList();
    }

    private static Program node() {
        if (!Files.isDirectory(NPM)) {
            Program.missing("mailauth: itest/npm/install brings it");
        }
        return Program.find("node", "nodejs");
    }

    private static List<String> script(String... words) {
        List<String> all = new ArrayList<>();
        all.add(SCRIPTS + "mailauth.js");
        all.add(NPM.toAbsolutePath().toString());
        all.addAll(List.of(words));
        return all;
    }

    /** What mailauth says, likewise. */
    List<String> mailauthVerifies(List<Path> files) {
        List<String> words = script("verify", keys.toString());
        files.forEach(file -> words.add(file.toString()));
        return run(node(), words).lines().toList();
    }

    /** Has mailauth sign a file in each form. */
    List<Path> mailauthSigns(Path message, Path key, String type) throws IOException {
        Path out = Files.createDirectory(folder.resolve("mailauth-" + type));
        List<String> words =
                script("sign", key.toString(), type, message.toString(), out.toString());
        var unused = run(node(), words);
        return files(out);
    }

    /** What opendkim says of each file: {@code succeeded}, or why not. */
    List<String> opendkimVerifies(List<Path> files) throws IOException {
        Path config = folder.resolve("verify.conf");
        Files.writeString(config, "Mode v\nSyslog no\nTestPublicKeys " + keys + "\n");
        String list = String.join(",", files.stream().map(Path::toString).toList());
        return opendkim(config, list)
                .lines()
                .filter(line -> line.startsWith("opendkim: ") && line.contains("verification"))
                .map(line -> line.substring(line.lastIndexOf(')') + 2))
                .toList();
    }

    private static String opendkim(Path config, String files) {
        Program opendkim = Program.find("opendkim", "opendkim");
        return run(opendkim, List.of("-x", config.toString(), "-v", "-t", files));
    }

    /** Has python3-dkim sign a file in each form. */
    List<Path> pythonSigns(Path message, Path key, String type) throws IOException {
        Path out = Files.createDirectory(folder.resolve("python-" + type));
        var unused =
                run(
                        python(),
                        List.of(
                                SCRIPTS + "python-dkim.py",
                                "sign",
                                key.toString(),
                                type,
                                message.toString(),
                                out.toString()));
        return files(out);
    }

    /** Has Mail::DKIM sign a file in each form, by RSA. */
    List<Path> perlSigns(Path message, Path key) throws IOException {
        Path out = Files.createDirectory(folder.resolve("perl"));
        var unused =
                run(
                        perl(),
                        List.of(
                                SCRIPTS + "mail-dkim.pl",
                                "sign",
                                key.toString(),
                                message.toString(),
                                out.toString()));
        return files(out);
    }

    private static List<Path> files(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.sorted().toList();
        }
    }

    /** Has opendkim sign a file in each form, by RSA. */
    List<Path> opendkimSigns(Path message, Path key) throws IOException {
        List<Path> signed = new ArrayList<>();
        for (String form : FORMS.split(" ", -1)) {
            Path config = folder.resolve("sign.conf");
            Files.writeString(
                    config,
                    "Mode s\nSyslog no\nRequireSafeKeys no\nDomain example.org\nSelector rsa\n"
                            + "SignatureAlgorithm rsa-sha256\nCanonicalization "
                            + form
                            + "\nKeyFile "
                            + key
                            + "\n");
            String said = opendkim(config, message.toString());
            String field =
                    said.substring(said.indexOf("DKIM-Signature:"), said.lastIndexOf("==") + 2);
            Path file = folder.resolve("opendkim-" + form.replace('/', '-'));
            String text = Files.readString(message, StandardCharsets.ISO_8859_1);
            Files.writeString(
                    file,
                    field.replace("\r", "").replace("\n", "\r\n") + "\r\n" + text,
                    StandardCharsets.ISO_8859_1);
            signed.add(file);
        }
        return signed;
    }
}
