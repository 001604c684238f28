package org.qpsmtpd.mailauth.dkim;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.qpsmtpd.mailauth.DnsResult.Status;
import org.qpsmtpd.mailauth.signature.KeyLimits;
import org.qpsmtpd.mailauth.signature.KeyZone;
import org.qpsmtpd.mailauth.signature.Suites;

/** Public collections of signed messages. */
final class DkimSuitesTest {
    /** Where the collection allows several answers, ours that is not its first one. */
    private static final Map<Object, List<?>> OTHERWISE =
            Map.of(
                    "t-future", List.of("policy"),
                    "l-appended", List.of("policy"),
                    "l-zero", List.of("policy"),
                    "fifty-signatures", many());

    private static List<String> many() {
        List<String> words = new ArrayList<>(Collections.nCopies(10, "permerror"));
        words.addAll(Collections.nCopies(40, "neutral"));
        return words;
    }

    private static final DkimLimits WIDE =
            new DkimLimits(new KeyLimits(1024, 8192), 10, Duration.ofMinutes(5), false);

    @TestFactory
    Stream<DynamicTest> synthetic() {
        Path folder = Suites.folder("dkim/synthetic");
        KeyZone zone = Suites.zone((Map<?, ?>) Suites.documents(folder.resolve("dns.yml")).get(0));
        List<?> cases = (List<?>) Suites.documents(folder.resolve("cases.yml")).get(0);
        return cases.stream()
                .map(each -> (Map<?, ?>) each)
                .map(
                        each ->
                                dynamicTest(
                                        (String) each.get("id"),
                                        () -> synthetic(each, folder, zone)));
    }

    private static void synthetic(Map<?, ?> expected, Path folder, KeyZone zone) {
        byte[] message = Suites.octets(folder.resolve((String) expected.get("file")));
        List<?> words = (List<?>) requireNonNull(expected.get("signatures"));
        for (int size : List.of(message.length, 1, 7, 4096)) {
            List<String> found =
                    Verifying.words(
                            Verifying.verify(
                                    message,
                                    new DkimVerifier(zone, DkimLimits.USUAL, Verifying.NOW),
                                    size));
            Object id = requireNonNull(expected.get("id"));
            assertThat(found).isEqualTo(OTHERWISE.containsKey(id) ? OTHERWISE.get(id) : words);
        }
    }

    @TestFactory
    Stream<DynamicTest> rspamd() {
        Path folder = Suites.folder("dkim/rspamd");
        Map<String, Object> names = new HashMap<>();
        ((Map<?, ?>) Suites.documents(folder.resolve("dns.yml")).get(0))
                .forEach((name, types) -> names.put((String) name, ((Map<?, ?>) types).get("TXT")));
        KeyZone zone = Suites.zone(names);
        Map<String, List<String>> expected = new HashMap<>();
        expected.put("bad_dkim1.eml", List.of("permerror"));
        expected.put("bad_dkim2.eml", List.of("permerror"));
        expected.put("bad_dkim3.eml", List.of("temperror"));
        expected.put("ed25519.eml", List.of("pass", "pass"));
        expected.put("ed25519-broken.eml", List.of("fail", "fail"));
        expected.put("dkim_broken_key.eml", List.of("permerror"));
        expected.put("dkim_key_too_long.eml", List.of("permerror"));
        expected.put("dkim_key_too_wide.eml", List.of("permerror"));
        expected.put("dkim_key_wide_ok.eml", List.of("fail"));
        expected.put("dkim_revoked_key.eml", List.of("permerror"));
        expected.put("dkim_huge_hlist.eml", List.of("permerror"));
        expected.put("dkim_large_hlist.eml", List.of("permerror"));
        return expected.entrySet().stream()
                .map(each -> rspamd(folder.resolve(each.getKey()), zone, each.getValue()));
    }

    private static DynamicTest rspamd(Path file, KeyZone zone, List<String> words) {
        return dynamicTest(
                file.getFileName().toString(),
                () -> {
                    byte[] message = Suites.crlf(Suites.text(file));
                    assertThat(Verifying.words(Verifying.verify(message, zone, WIDE)))
                            .isEqualTo(words);
                });
    }

    @TestFactory
    Stream<DynamicTest> mailDkim() {
        Path folder = Suites.folder("dkim/mail-dkim");
        KeyZone zone = new KeyZone();
        Suites.text(folder.resolve("FAKE_DNS.dat"))
                .lines()
                .filter(line -> !line.startsWith("#"))
                .map(line -> line.split("\\s+", 2))
                .forEach(line -> zone.with(line[0], line[1].replace("\"\"", "")));
        return Stream.of(
                        "goodkey_ed25519.txt pass",
                        "badkey1_ed25519.txt permerror",
                        "badkey2_ed25519.txt fail",
                        "badkey3_ed25519.txt fail",
                        "badkey4_ed25519.txt permerror",
                        "badkey5_ed25519.txt permerror",
                        "bad_1878954.txt permerror") // rsa-sha1 since RFC 8301
                .map(line -> line.split(" "))
                .map(
                        line ->
                                dynamicTest(
                                        line[0],
                                        () -> passesAs(folder.resolve(line[0]), zone, line[1])));
    }

    private static void passesAs(Path file, KeyZone zone, String... words) {
        byte[] message = Suites.crlf(Suites.text(file));
        assertThat(Verifying.words(Verifying.verify(message, zone))).containsExactly(words);
    }

    @Test
    void rfc8463() {
        examples("dkim/rfc/stalwart-001.txt", "pass", "pass");
    }

    @Test
    void rfc6376WithAnIdentityBelowTheDomain() {
        examples("dkim/rfc/stalwart-002.txt", "pass");
    }

    /** Lines of names and records, an empty line, a message. */
    private static void examples(String name, String... words) {
        String text = Suites.text(Suites.folder("dkim/rfc").resolve(Path.of(name).getFileName()));
        int end = text.indexOf("\n\n");
        KeyZone zone = new KeyZone();
        text.substring(0, end)
                .lines()
                .map(line -> line.split(" ", 2))
                .forEach(line -> zone.with(line[0], line[1]));
        byte[] message = Suites.crlf(text.substring(end + 2));
        assertThat(Verifying.words(Verifying.verify(message, zone))).containsExactly(words);
    }

    @Test
    void rfc6376InSimpleForm() {
        passesAs(
                Suites.folder("dkim/rfc").resolve("rfc6376.signed.msg"),
                rfc8463Keys(),
                "pass",
                "pass");
    }

    private static KeyZone rfc8463Keys() {
        String text = Suites.text(Suites.folder("dkim/rfc").resolve("stalwart-001.txt"));
        KeyZone zone = new KeyZone();
        text.lines()
                .limit(2)
                .map(line -> line.split(" ", 2))
                .forEach(line -> zone.with(line[0], line[1]));
        return zone;
    }

    @Test
    void eximsSignature() {
        Path folder = Suites.folder("dkim/dkimpy");
        KeyZone zone =
                new KeyZone()
                        .with(
                                "sed._domainkey.test.ex",
                                Suites.text(folder.resolve("eximtest.dns")).strip());
        passesAs(folder.resolve("ed25519test2.msg"), zone, "pass");
    }

    @Test
    void mailauth() {
        Path folder = Suites.folder("dkim/mailauth-ec");
        assertThat(folder).isNotEmptyDirectory();
        KeyZone zone = new KeyZone();
        Map<?, ?> names = (Map<?, ?>) Suites.documents(folder.resolve("dns.json")).get(0);
        names.forEach(
                (name, types) -> {
                    List<?> texts = (List<?>) ((Map<?, ?>) types).get("TXT");
                    if (texts != null) {
                        zone.with((String) name, Suites.joined(texts.get(0)));
                    }
                });
        passesAs(folder.resolve("signed.eml"), zone, "pass", "pass");
    }

    @Test
    void aServersFailureIsTemporary() {
        Path folder = Suites.folder("dkim/dkimpy");
        KeyZone zone = new KeyZone().with("sed._domainkey.test.ex", Status.FAILED);
        passesAs(folder.resolve("ed25519test2.msg"), zone, "temperror");
    }
}
