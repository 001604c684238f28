package org.qpsmtpd.mailauth.signature;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.qpsmtpd.mailauth.DnsResult.Status;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;

/**
 * Collections of messages that lie beside the repository; tests that need them are skipped without.
 */
public final class Suites {
    private static final Path ROOT = Path.of("../../../shared/suites");

    private Suites() {}

    /** A folder of them. */
    public static Path folder(String name) {
        Path folder = ROOT.resolve(name);
        assumeTrue(Files.isDirectory(folder), "there is no " + folder);
        return folder;
    }

    /** The octets of a file. */
    public static byte[] octets(Path file) {
        try {
            return Files.readAllBytes(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The text of a file, one character for each octet. */
    public static String text(Path file) {
        return new String(octets(file), StandardCharsets.ISO_8859_1);
    }

    /** A message with LF ends as it comes by SMTP. */
    public static byte[] crlf(String text) {
        return text.replace("\r\n", "\n")
                .replace("\n", "\r\n")
                .getBytes(StandardCharsets.ISO_8859_1);
    }

    /** The documents of a file in YAML. */
    public static List<Object> documents(Path file) {
        LoaderOptions options = new LoaderOptions();
        options.setCodePointLimit(16 * 1024 * 1024);
        List<Object> documents = new ArrayList<>();
        String text = new String(octets(file), StandardCharsets.UTF_8);
        new Yaml(new SafeConstructor(options)).loadAll(text).forEach(documents::add);
        return documents;
    }

    /** A zone of names with lists of records, or words for other answers. */
    public static KeyZone zone(Map<?, ?> names) {
        KeyZone zone = new KeyZone();
        names.forEach((name, answer) -> add(zone, (String) name, answer));
        return zone;
    }

    private static void add(KeyZone zone, String name, Object answer) {
        if (answer instanceof List<?> records) {
            String[] texts = records.stream().map(Suites::joined).toArray(String[]::new);
            var unused = zone.with(name, texts);
            return;
        }
        Status status =
                switch (String.valueOf(answer)) {
                    case "SERVFAIL", "TIMEOUT" -> Status.FAILED;
                    case "NOREC" -> Status.NO_DATA;
                    default -> Status.NO_NAME;
                };
        var unused = zone.with(name, status);
    }

    /** A record as the DNS gives it, from one string or from several. */
    public static String joined(Object record) {
        return record instanceof List<?> strings
                ? String.join("", strings.stream().map(String::valueOf).toList())
                : String.valueOf(record);
    }
}
