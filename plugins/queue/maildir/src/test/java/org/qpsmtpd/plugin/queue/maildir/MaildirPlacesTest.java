package org.qpsmtpd.plugin.queue.maildir;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.qpsmtpd.api.answer.Action;
import org.qpsmtpd.api.mail.Address;
import org.qpsmtpd.testkit.Configs;
import org.qpsmtpd.testkit.FakeTransaction;

/** Whose a maildir is, also where a former rule gave several addresses the same one. */
class MaildirPlacesTest {
    private static final String JUERGEN = "j\u00fcrgen@example.com";
    private static final String JOERGEN = "j\u00f6rgen@example.com";
    private static final String PLAIN = "j_rgen@example.com";
    private static final String OWN = "example.com/j%C3%BCrgen";
    private static final String FORMER = "example.com/j_rgen";

    private final Path directory;

    MaildirPlacesTest(@TempDir Path directory) {
        this.directory = directory;
    }

    private MaildirPlugin plugin(String subdir) {
        return new MaildirPlugin(
                Configs.config(
                        MaildirConfig.class,
                        Map.of("path", directory.toString(), "subdir", subdir)));
    }

    private MaildirPlugin plugin() {
        return plugin("%d/%l");
    }

    private static void store(MaildirPlugin plugin, String... recipients) {
        FakeTransaction transaction = FakeTransaction.create().withMessage("A: b\n\n");
        for (String recipient : recipients) {
            transaction.addRecipient(Address.of(recipient));
        }
        assertThat(plugin.onQueue(transaction).action()).isEqualTo(Action.OK);
    }

    /** What was there before: mail for these. */
    private void formerly(String... recipients) throws IOException {
        for (String part : List.of("new", "cur", "tmp")) {
            Files.createDirectories(directory.resolve(FORMER).resolve(part));
        }
        for (int i = 0; i < recipients.length; i++) {
            Files.writeString(
                    directory.resolve(FORMER).resolve(i % 2 == 0 ? "new" : "cur").resolve("m" + i),
                    "Return-Path: <>\nDelivered-To: " + recipients[i] + "\nA: b\n\n");
        }
    }

    private List<String> recipientsIn(String maildir) throws IOException {
        Path place = directory.resolve(maildir).resolve("new");
        if (!Files.isDirectory(place)) {
            return List.of();
        }
        try (Stream<Path> files = Files.list(place)) {
            return files.map(MaildirPlacesTest::recipient).sorted().toList();
        }
    }

    private static String recipient(Path file) {
        try {
            return Files.readAllLines(file).get(1).substring("Delivered-To: ".length());
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void addressesThatLookAlikeHaveTheirOwn() throws IOException {
        store(plugin(), JUERGEN, JOERGEN, PLAIN);

        assertThat(recipientsIn(OWN)).containsExactly(JUERGEN);
        assertThat(recipientsIn("example.com/j%C3%B6rgen")).containsExactly(JOERGEN);
        assertThat(recipientsIn(FORMER)).containsExactly(PLAIN);
    }

    @Test
    void spellingsOfADomainHaveTheSame() throws IOException {
        store(plugin(), "a@m\u00fcnchen.example", "a@XN--MNCHEN-3ya.example");

        assertThat(recipientsIn("xn--mnchen-3ya.example/a")).hasSize(2);
    }

    @Test
    void aFormerPlaceOfOneAddressStaysItsOwn() throws IOException {
        formerly(JUERGEN, JUERGEN);

        store(plugin(), JUERGEN);
        assertThat(recipientsIn(FORMER)).containsExactly(JUERGEN, JUERGEN);

        try (Stream<Path> read = Files.list(directory.resolve(FORMER).resolve("new"))) {
            for (Path file : read.toList()) {
                Files.delete(file);
            }
        }
        MaildirPlugin later = plugin();
        store(later, JUERGEN, JOERGEN, PLAIN);
        assertThat(recipientsIn(FORMER)).containsExactly(JUERGEN);
        assertThat(recipientsIn("example.com/j%C3%B6rgen")).containsExactly(JOERGEN);
        assertThat(recipientsIn("example.com/j%5Frgen")).containsExactly(PLAIN);
    }

    @Test
    void aFormerPlaceOfSeveralAddressesIsTheOneThatIsNamedSo() throws IOException {
        formerly(JUERGEN, JOERGEN);

        store(plugin(), JUERGEN, JOERGEN, PLAIN);

        assertThat(recipientsIn(OWN)).containsExactly(JUERGEN);
        assertThat(recipientsIn("example.com/j%C3%B6rgen")).containsExactly(JOERGEN);
        assertThat(recipientsIn(FORMER)).containsExactlyInAnyOrder(JUERGEN, PLAIN);
        assertThat(directory.resolve(FORMER).resolve("cur/m1")).exists();
    }

    @Test
    void anEmptyFormerPlaceIsTheOneThatIsNamedSo() throws IOException {
        formerly();
        Files.writeString(directory.resolve(FORMER).resolve("cur/draft"), "Subject: of another\n");

        store(plugin(), JUERGEN);

        assertThat(recipientsIn(OWN)).containsExactly(JUERGEN);
    }

    @Test
    void whoHasMailInAPlaceKeepsItThoughTheServerHasNotSeenHimYet() throws IOException {
        MaildirPlugin plugin = plugin();
        store(plugin, PLAIN);

        store(plugin, JUERGEN);

        assertThat(recipientsIn(FORMER)).containsExactly(PLAIN);
        assertThat(recipientsIn(OWN)).containsExactly(JUERGEN);
    }

    @Test
    void aPlaceThatAPatternGivesToManyIsTheirs() throws IOException {
        store(plugin("%l"), "j\u00fcrgen@example.com", "j\u00fcrgen@example.net");

        assertThat(recipientsIn("j%C3%BCrgen")).hasSize(2);
    }
}
