package org.qpsmtpd.mailauth.arc;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.qpsmtpd.mailauth.arc.ArcResult.Verdict;
import org.qpsmtpd.mailauth.arc.ArcSealing.NewField;
import org.qpsmtpd.mailauth.signature.KeyLimits;
import org.qpsmtpd.mailauth.signature.KeyZone;
import org.qpsmtpd.mailauth.signature.Keys;
import org.qpsmtpd.mailauth.signature.MessageText;
import org.qpsmtpd.mailauth.signature.SigningKey;
import org.qpsmtpd.mailauth.signature.Suites;
import org.qpsmtpd.mailauth.taglist.TagList;

/** Public collections of messages with chains. */
final class ArcSuitesTest {
    private static final InstantSource NOW =
            InstantSource.fixed(Instant.parse("2026-11-30T12:00:00Z"));

    @TestFactory
    Stream<DynamicTest> validation() {
        Path file = Suites.folder("arc/valimail").resolve("arc-draft-validation-tests.yml");
        List<DynamicTest> tests = new ArrayList<>();
        for (Object document : Suites.documents(file)) {
            Map<?, ?> scenario = (Map<?, ?>) document;
            KeyZone zone = zone(scenario);
            map(scenario, "tests")
                    .forEach(
                            (name, test) ->
                                    tests.add(
                                            dynamicTest(
                                                    (String) name,
                                                    () -> validates((Map<?, ?>) test, zone))));
        }
        return tests.stream();
    }

    private static void validates(Map<?, ?> test, KeyZone zone) {
        String expected = text(test, "cv").toUpperCase(Locale.ROOT);
        ArcResult result = verify(Suites.crlf(text(test, "message")), zone);
        if (!expected.isEmpty()) {
            assertThat(result.verdict()).as(result.reason()).hasToString(expected);
        }
    }

    @TestFactory
    Stream<DynamicTest> signing() {
        Path file = Suites.folder("arc/valimail").resolve("arc-draft-sign-tests.yml");
        List<DynamicTest> tests = new ArrayList<>();
        for (Object document : Suites.documents(file)) {
            Map<?, ?> scenario = (Map<?, ?>) document;
            map(scenario, "tests")
                    .forEach(
                            (name, test) ->
                                    tests.add(
                                            dynamicTest(
                                                    (String) name,
                                                    () -> signs((Map<?, ?>) test, scenario))));
        }
        return tests.stream();
    }

    private static void signs(Map<?, ?> test, Map<?, ?> scenario) {
        KeyZone zone = zone(scenario);
        String text = text(test, "message");
        byte[] octets = Suites.crlf(text);
        ArcResult chain = verify(octets, zone);
        SigningKey key =
                SigningKey.read(
                        text(scenario, "domain"),
                        text(scenario, "sel"),
                        text(scenario, "privatekey"));
        MessageText message = new MessageText(octets);
        ArcSealing sealing = new ArcSealing();
        sealing.body(octets, message.bodyStart(), octets.length - message.bodyStart());
        List<NewField> fields =
                sealing.seal(
                        message.fields(),
                        chain,
                        results(message, text(test, "srv-id")),
                        List.of(text(test, "sig-headers").split(":")),
                        key,
                        Instant.ofEpochSecond(Long.parseLong(text(test, "t"))));
        if (text(test, "AS").isBlank()) {
            assertThat(fields).isEmpty();
            return;
        }
        assertThat(tags(fields.get(0).value())).isEqualTo(tags(text(test, "AS")));
        assertThat(tags(fields.get(1).value())).isEqualTo(tags(text(test, "AMS")));
        assertThat(plain(fields.get(2).value())).isEqualTo(plain(text(test, "AAR")));
        String sealed =
                fields.stream()
                        .map(field -> field.name() + ": " + field.value() + "\r\n")
                        .collect(Collectors.joining());
        byte[] whole =
                (sealed + new String(octets, StandardCharsets.ISO_8859_1))
                        .getBytes(StandardCharsets.ISO_8859_1);
        boolean isBroken = chain.verdict() == Verdict.FAIL;
        assertThat(verify(whole, zone).verdict()).isEqualTo(isBroken ? Verdict.FAIL : Verdict.PASS);
    }

    /** What the fields Authentication-Results of a server say together. */
    private static String results(MessageText message, String server) {
        List<String> all = new ArrayList<>();
        for (byte[] octets : message.fields()) {
            String field = new String(octets, StandardCharsets.ISO_8859_1);
            String value = field.substring(field.indexOf(':') + 1).strip();
            boolean isOurs = value.startsWith(server + ";");
            if (field.toLowerCase(Locale.ROOT).startsWith("authentication-results:") && isOurs) {
                all.add(value.substring(server.length() + 1).strip());
            }
        }
        return server + "; " + String.join("; ", all);
    }

    private static String plain(String text) {
        return text.replaceAll("\\s+", "").toLowerCase(Locale.ROOT).replaceAll(";$", "");
    }

    /** All tags but the signature. */
    private static Map<String, String> tags(String value) {
        TagList tags = TagList.parse(value.strip().replaceAll("[ \t\r\n]+", " "));
        return tags.names().stream()
                .filter(name -> !name.equals("b"))
                .collect(Collectors.toMap(name -> name, name -> "" + tags.compact(name)));
    }

    @Test
    void twoHopsWithEd25519() {
        String text = Suites.text(Suites.folder("arc/stalwart").resolve("002.txt"));
        int end = text.indexOf("\n\n");
        KeyZone zone = new KeyZone();
        text.substring(0, end)
                .lines()
                .map(line -> line.split(" ", 2))
                .forEach(line -> zone.with(line[0], line[1]));
        ArcResult result = verify(Suites.crlf(text.substring(end + 2)), zone);
        assertThat(result).isEqualTo(new ArcResult(Verdict.PASS, "", false, 2, "manchego.org"));
    }

    private static ArcResult verify(byte[] octets, KeyZone zone) {
        MessageText message = new MessageText(octets);
        ArcVerification verification =
                new ArcVerifier(new Keys(zone, KeyLimits.USUAL), NOW).begin(message.fields());
        verification.body(octets, message.bodyStart(), octets.length - message.bodyStart());
        return verification.result();
    }

    private static KeyZone zone(Map<?, ?> scenario) {
        KeyZone zone = new KeyZone();
        map(scenario, "txt-records")
                .forEach((name, record) -> zone.with((String) name, ((String) record).strip()));
        return zone;
    }

    private static Map<?, ?> map(Map<?, ?> in, String name) {
        return (Map<?, ?>) requireNonNull(in.get(name));
    }

    private static String text(Map<?, ?> in, String name) {
        Object value = in.get(name);
        return value == null ? "" : String.valueOf(value);
    }
}
