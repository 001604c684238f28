package org.qpsmtpd.itest.process;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Queue;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.IntPredicate;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.qpsmtpd.itest.Program;
import org.qpsmtpd.itest.ServerUnderTest;
import org.qpsmtpd.itest.SmtpDialogue;
import org.qpsmtpd.itest.SmtpReply;

/** All filters in one chain, with the scanners and mail filters themselves. */
@Timeout(300)
class FiltersIT {
    private static final Path SUITES = Path.of("../../shared/suites");
    private static final Path VIRUSES = Path.of("/usr/share/clamav-testfiles");
    private static final Pattern SENDER = Pattern.compile("Return-Path: <([^@]*)@");

    private static Scanners scanners;
    private static RspamdServer rspamd;
    private static IcapServer icap;
    private static MailFilters filters;
    private static Path released;
    private static ServerUnderTest server;

    @BeforeAll
    static void start(
            @TempDir Path forScanners,
            @TempDir Path forRspamd,
            @TempDir Path forIcap,
            @TempDir Path forFilters,
            @TempDir Path forReleased)
            throws Exception {
        scanners = new Scanners(forScanners);
        rspamd = new RspamdServer(forRspamd);
        icap = new IcapServer(forIcap);
        filters = new MailFilters(forFilters);
        List<String> lines = new ArrayList<>();
        lines.add("rcpt_ok");
        lines.add("loop");
        lines.add("headers reject 0");
        lines.add("bogus_bounce log");
        lines.addAll(scanners.filterLines());
        lines.add("rspamd on_error defer rspamd_socket " + rspamd.socket());
        lines.add("virus/icap icap_service avscan on_error defer icap_server " + icap.address());
        lines.add("attachments on_error deny");
        lines.add("content_rules");
        lines.add("disclaimer whose either");
        lines.addAll(filters.filterLines());
        released = forReleased.resolve("released");
        lines.add("queue/quarantine release_to " + released);
        lines.add("queue/maildir MAIL");
        server =
                ServerUnderTest.builder()
                        .plugins(lines.toArray(String[]::new))
                        .file("disclaimer_text", "no warranty")
                        .file("disclaimer_domains", "example.net")
                        .file("content_rules", "body /quarantine me/ quarantine")
                        .start();
    }

    @AfterAll
    static void stop() {
        Stream.of(server, filters, icap, rspamd, scanners)
                .filter(one -> one != null)
                .forEach(FiltersIT::close);
    }

    private static void close(AutoCloseable one) {
        try {
            one.close();
        } catch (Exception e) { // an AutoCloseable declares no narrower one
            throw new AssertionError(e);
        }
    }

    private static SmtpReply send(String sender, byte[] message) {
        try (SmtpDialogue session = server.connect()) {
            session.hello();
            session.envelope(sender + "@example.net", Mail.RECIPIENT);
            return session.data(message);
        }
    }

    /** With the line ends of the protocol; the samples have all kinds. */
    private static byte[] onTheWire(byte[] message) {
        String text = new String(message, ISO_8859_1);
        return text.replaceAll("\r\n|\r|\n", "\r\n").getBytes(ISO_8859_1);
    }

    private static byte[] with(String name, byte[] attachment) {
        String encoded = Base64.getMimeEncoder().encodeToString(attachment);
        String message =
                "From: joe@example.net\r\nSubject: a file\r\nMIME-Version: 1.0\r\n"
                        + "Content-Type: application/octet-stream\r\n"
                        + "Content-Disposition: attachment; filename=\""
                        + name
                        + "\"\r\nContent-Transfer-Encoding: base64\r\n\r\n"
                        + encoded
                        + "\r\n";
        return message.getBytes(US_ASCII);
    }

    private static List<Path> samples(Path folder) throws IOException {
        try (Stream<Path> all = Files.walk(folder)) {
            return all.filter(file -> file.toString().matches(".*\\.(eml|msg)"))
                    .filter(Files::isRegularFile)
                    .sorted()
                    .toList();
        }
    }

    /** None of them makes a filter fail, and none is deferred. */
    @Test
    void judgesEachSample() throws Exception {
        assumeThat(SUITES).as("samples, which are not there: skipped").isDirectory();
        List<String> undecided = new ArrayList<>();
        int judged = 0;
        for (String suite : List.of("mime", "spam", "malware")) {
            for (Path sample : samples(SUITES.resolve(suite))) {
                SmtpReply reply = send("sample", onTheWire(Files.readAllBytes(sample)));
                judged++;
                if (reply.code() != 250 && reply.code() != 552 && reply.code() != 554) {
                    undecided.add(SUITES.relativize(sample) + ": " + reply);
                }
            }
        }
        assertThat(undecided).isEmpty();
        assertThat(judged).isGreaterThan(100);
        assertThat(server.log()).doesNotContain("FATAL PLUGIN ERROR");
    }

    @Test
    void findsAVirusInWhateverItIsPackedIn() throws Exception {
        if (!Files.exists(VIRUSES)) {
            Program.missing("clamav-testfiles");
        }
        scanners.addSignatureOf("ClamAV-Test-File", VIRUSES.resolve("clam.exe"));
        scanners.reload();
        Eventually.get(
                "the new signature to count",
                () -> send("virus", with("x", virus("clam.exe"))).toString(),
                reply -> reply.contains("Virus found: ClamAV-Test-File"));

        TreeMap<String, String> missed = new TreeMap<>();
        try (Stream<Path> all = Files.list(VIRUSES)) {
            for (Path each : all.sorted().toList()) {
                SmtpReply reply = send("virus", with("x", Files.readAllBytes(each)));
                if (reply.code() != 552) {
                    missed.put(each.getFileName().toString(), reply.toString());
                }
            }
        }
        assertThat(missed).isEmpty();
    }

    private static byte[] virus(String name) throws IOException {
        return Files.readAllBytes(VIRUSES.resolve(name));
    }

    @Test
    void refusesSpam() {
        byte[] message =
                ("From: joe@example.net\r\nSubject: x\r\n\r\n" + Scanners.GTUBE + "\r\n")
                        .getBytes(US_ASCII);
        assertThat(send("spam", message).code()).isEqualTo(552);
    }

    @Test
    void keepsApartWhatARuleWantsUntilItIsReleased() throws Exception {
        byte[] message =
                "From: joe@example.net\r\nSubject: x\r\n\r\nplease quarantine me\r\n"
                        .getBytes(US_ASCII);
        assertThat(send("apart", message).code()).isEqualTo(250);
        String listed = Console.run(server, "quarantine", "list", "apart@example.net");
        String id = listed.strip().split("\\s+", -1)[0];

        assertThat(Console.run(server, "quarantine", "show", id))
                .contains("apart@example.net", "X-Filter: ");
        Console.run(server, "quarantine", "release", id);

        assertThat(Console.run(server, "quarantine", "list")).doesNotContain(id);
        try (Stream<Path> files = Files.list(released.resolve("new"))) {
            assertThat(files.toList())
                    .singleElement()
                    .satisfies(
                            file ->
                                    assertThat(Files.readString(file))
                                            .startsWith("Return-Path: <apart@example.net>\n"));
        }
    }

    /** What went on during a test, in the order of its end. */
    private record Answer(String id, int code) {}

    private interface Step {
        void run() throws Exception;
    }

    /** Each message that was accepted is there once, and no other. */
    @Test
    void losesNothingWhileFiltersComeAndGo() throws Exception {
        Queue<Answer> answers = new ConcurrentLinkedQueue<>();
        try (Load load =
                Load.start(server, 4, (session, id) -> deliverOrWait(answers, session, id))) {
            awaitOne(answers, code -> code == 250);
            replace(answers, scanners::killClamd, scanners::startClamd);
            replace(answers, scanners::killSpamd, scanners::startSpamd);
            replace(answers, rspamd::close, rspamd::start);
            replace(answers, icap::close, icap::start);
            replace(answers, filters::killFilter, filters::startFilter);
            assertThat(load.failures()).isEmpty();
        }

        // A session that was cut off has its filter left out for a moment.
        Eventually.holds("an answer 250 again", () -> deliverAlone(answers).code() == 250);
        assertThat(answers).extracting(Answer::code).isSubsetOf(250, 450, 452);
        assertThat(stored())
                .containsExactlyInAnyOrderElementsOf(
                        answers.stream()
                                .filter(answer -> answer.code() == 250)
                                .map(Answer::id)
                                .toList());
    }

    /** A filter that is away has the client come again, whatever it says. */
    private static Answer deliver(SmtpDialogue session, String id) {
        session.expect(220);
        for (String command :
                List.of(
                        "EHLO client.test",
                        "MAIL FROM:<" + id + "@example.net>",
                        "RCPT TO:<" + Mail.RECIPIENT + ">")) {
            int code = session.command(command).code();
            if (code != 250) {
                return new Answer(id, code);
            }
        }
        return new Answer(id, session.data(large(id)).code());
    }

    private static void deliverOrWait(Queue<Answer> answers, SmtpDialogue session, String id) {
        Answer answer = deliver(session, id);
        answers.add(answer);
        if (answer.code() != 250) {
            Senders.comeAgainLater();
        }
    }

    private static Answer deliverAlone(Queue<Answer> answers) {
        try (SmtpDialogue session = server.connect()) {
            Answer answer = deliver(session, "last-" + answers.size());
            answers.add(answer);
            return answer;
        }
    }

    private static byte[] large(String id) {
        return ("From: joe@example.net\r\nSubject: " + id + "\r\n\r\n" + "text\r\n".repeat(1000))
                .getBytes(US_ASCII);
    }

    private static void replace(Queue<Answer> answers, Step end, Step start) throws Exception {
        end.run();
        awaitOne(answers, code -> code == 450 || code == 452);
        start.run();
        awaitOne(answers, code -> code == 250);
    }

    /** Waits until a message that came after this moment is answered so. */
    private static void awaitOne(Queue<Answer> answers, IntPredicate wanted) {
        int before = answers.size();
        Eventually.holds(
                "an answer that is wanted after\n" + List.copyOf(answers),
                () -> answers.stream().skip(before).map(Answer::code).anyMatch(wanted::test));
    }

    private static List<String> stored() throws IOException {
        List<String> ids = new ArrayList<>();
        try (Stream<Path> files = Files.list(server.maildir().path().resolve("new"))) {
            for (Path file : files.toList()) {
                ByteArrayOutputStream top = new ByteArrayOutputStream();
                top.write(Files.readAllBytes(file), 0, 40);
                var sender = SENDER.matcher(top.toString(US_ASCII));
                if (sender.find() && sender.group(1).startsWith("l")) {
                    ids.add(sender.group(1));
                }
            }
        }
        return ids;
    }
}
