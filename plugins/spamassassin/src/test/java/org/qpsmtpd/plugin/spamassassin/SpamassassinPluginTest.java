package org.qpsmtpd.plugin.spamassassin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.qpsmtpd.api.answer.Action;
import org.qpsmtpd.api.answer.HookResult;
import org.qpsmtpd.api.mail.HeaderField;
import org.qpsmtpd.api.peer.PeerOptions;
import org.qpsmtpd.api.plugin.PluginFigures.Figure;
import org.qpsmtpd.api.session.NoteKey;
import org.qpsmtpd.api.session.SpamStatus;
import org.qpsmtpd.peers.NettyPeers;
import org.qpsmtpd.testkit.Configs;
import org.qpsmtpd.testkit.FakeConfig;
import org.qpsmtpd.testkit.FakeConnection;
import org.qpsmtpd.testkit.FakeTransaction;
import org.qpsmtpd.testkit.StandIn;

@Timeout(60)
final class SpamassassinPluginTest {
    private static final String MESSAGE = "From: a@example.org\nSubject: hello\n\nBuy!\n";

    private final NettyPeers peers = new NettyPeers();
    private final CountDownLatch end = new CountDownLatch(1);
    private final FakeConnection connection = FakeConnection.create();
    private final FakeTransaction transaction =
            FakeTransaction.on(connection)
                    .withSender("a@example.org")
                    .withRecipient("u@example.com")
                    .withMessage(MESSAGE);

    @AfterEach
    void close() {
        end.countDown();
        peers.close();
    }

    private static String status(double score, double required) {
        return "X-Spam-Status: "
                + (score >= required ? "Yes" : "No")
                + ", score="
                + score
                + " required="
                + required
                + " autolearn=no";
    }

    private SpamassassinPlugin plugin(StandIn spamd, String... options) {
        Map<String, String> values = new HashMap<>(Map.of("spamd_socket", spamd.address()));
        Map<String, String> peer = new HashMap<>();
        for (int i = 0; i < options.length; i += 2) {
            boolean isPeers = options[i].endsWith("Seconds");
            (isPeers ? peer : values).put(options[i], options[i + 1]);
        }
        return new SpamassassinPlugin(
                Configs.config(SpamassassinConfig.class, values),
                Configs.config(PeerOptions.class, peer),
                peers);
    }

    private HookResult answer(SpamassassinPlugin plugin) {
        HookResult result = plugin.onDataPost(transaction);
        return connection.answered(
                result.pending()
                        .map(later -> later.answer().toCompletableFuture().join())
                        .orElse(result));
    }

    private HookResult answer(String fields, String... options) throws IOException {
        try (StandIn spamd = StandIn.onPort(StandInSpamd.saying(fields))) {
            return answer(plugin(spamd, options));
        }
    }

    private List<String> values(String name) {
        return transaction.headers().all(name).stream().map(HeaderField::value).toList();
    }

    @Test
    void sendsTheMessageAsSpamdWantsIt() throws IOException {
        StandInSpamd script = StandInSpamd.saying(status(1, 5));
        transaction.headers().prepend("Received", "from here");
        try (StandIn spamd = StandIn.onPort(script)) {
            var unused = answer(plugin(spamd, "spamd_user", "mx"));
        }

        String content =
                "X-Envelope-From: <a@example.org>\r\nReceived: from here\r\n"
                        + MESSAGE.replace("\n", "\r\n");
        assertThat(script.questions())
                .containsExactly(
                        "HEADERS SPAMC/1.4\r\nContent-length: "
                                + content.length()
                                + "\r\nUser: mx\r\n\r\n"
                                + content);
    }

    @Test
    void sendsAnEmptyLineBehindAHeaderWithoutBody() throws IOException {
        transaction.withMessage("Subject: x\n");
        StandInSpamd script = StandInSpamd.saying(status(1, 5));
        try (StandIn spamd = StandIn.onPort(script)) {
            var unused = answer(plugin(spamd));
        }

        assertThat(script.questions().get(0)).endsWith("Subject: x\r\n\r\n");
    }

    @Test
    void asksAtASocketInTheFileSystem(@TempDir Path folder) throws IOException {
        try (StandIn spamd = StandIn.at(folder.resolve("s"), StandInSpamd.saying(status(9, 5)))) {
            assertThat(answer(plugin(spamd)).reason()).startsWith("fail, tolerated: Spam, 9.0");
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    10 | 5  | reject 12                    | DECLINED | fail, tolerated: Spam, 10.0 < 12.0, learn=no
                    15 | 5  | reject 12                    | DENY     | fail: Spam, 15.0 >= 12.0, learn=no
                    12 | 5  | reject 12                    | DENY     | fail: Spam, 12.0 >= 12.0, learn=no
                    12 | 5  | reject_threshold 12          | DENY     | fail: Spam, 12.0 >= 12.0, learn=no
                    12 | 5  | reject 13 reject_threshold 1 | DECLINED | fail, tolerated: Spam, 12.0 < 13.0, learn=no
                    15 | 5  | reject 12 reject_type temp   | DENYSOFT | fail: Spam, 15.0 >= 12.0, learn=no
                    15 | 5  | reject 12 reject_type disconnect | DENY_DISCONNECT | fail: Spam, 15.0 >= 12.0, learn=no
                    15 | 20 | reject userprefs             | DECLINED | pass: Ham, 15.0 < 20.0, learn=no
                    15 | 15 | reject userprefs             | DENY     | fail: Spam, 15.0 >= 15.0, learn=no
                    99 | 5  | reject 0                     | DECLINED | fail, tolerated: Spam, 99.0, reject disabled, learn=no
                    2  | 5  | headers all                  | DECLINED | pass: Ham, 2.0, reject disabled, learn=no
                    """)
    void refusesFromAScoreOn(
            double score, double required, String options, Action action, String reason)
            throws IOException {
        HookResult answer = answer(status(score, required), options.split(" ", -1));

        assertThat(answer.action()).isEqualTo(action);
        assertThat(answer.reason()).isEqualTo(reason);
        assertThat(answer.text())
                .isEqualTo(action.refuses() ? "spam score exceeded threshold" : "");
    }

    @ParameterizedTest
    @CsvSource({
        "Yes, spam, -2",
        "Yes, no, -1",
        "Yes, ham, 0",
        "No, ham, 1",
        "No, spam, -1",
        "No, disabled, 0"
    })
    void changesKarma(String word, String learned, int karma) throws IOException {
        var unused = answer("X-Spam-Status: " + word + ", score=5 required=5 autolearn=" + learned);

        assertThat(connection.karma()).isEqualTo(karma);
    }

    @Test
    void leavesANote() throws IOException {
        var unused = answer(status(7, 5));

        assertThat(transaction.notes().get(NoteKey.SPAMASSASSIN))
                .contains(new SpamStatus(true, 7, 5, "no"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    6 | 5 | munge_subject_threshold 5 | *** SPAM *** hello
                    3 | 5 | munge_subject_threshold 5 | hello
                    3 | 4 | munge_subject_threshold 5 | hello
                    5 | 4 | munge_subject_threshold 5 | hello
                    6 | 9 | munge_subject_threshold 5 | hello
                    6 | 5 | reject 0                  | hello
                    6 | 5 | munge_subject_threshold 5 subject_prefix [junk] | [junk] hello
                    """)
    void marksTheSubject(double score, double required, String options, String subject)
            throws IOException {
        var unused = answer(status(score, required), options.split(" ", -1));

        assertThat(values("Subject")).containsExactly(subject);
    }

    @Test
    void takesThePrefixFromItsFile() throws IOException {
        connection.withConfig(new FakeConfig().set("subject_prefix", "[maybe spam]"));
        var unused = answer(status(6, 5), "munge_subject_threshold", "5");

        assertThat(values("Subject")).containsExactly("[maybe spam] hello");
    }

    @Test
    void putsItsFieldsOnTop() throws IOException {
        var unused =
                answer(
                        "X-Spam-Checker-Version: SpamAssassin 4\nX-Spam-Report: * long\n\t* longer\n"
                                + "X-Spam-Prev-Subject: hello\n"
                                + status(2, 5)
                                + "\nX-Spam-Level: **\nX-Other: no");

        assertThat(transaction.headers().fields().stream().map(HeaderField::name))
                .containsExactly(
                        "X-Spam-Checker-Version",
                        "X-Spam-Status",
                        "X-Spam-Level",
                        "From",
                        "Subject");
    }

    @Test
    void cleansWhatItPutsIntoTheHeader() throws IOException {
        var unused =
                answer(
                        status(2, 5)
                                + "\nX-Spam-Evil: a\u0000b\rBcc: x@y\nX-Spam-Fold: one\n \t two\n"
                                + "X-Spam-Huge: "
                                + "x".repeat(100_000));

        assertThat(transaction.headers().first("Bcc")).isEmpty();
        assertThat(values("X-Spam-Fold")).containsExactly("one\r\n\ttwo");
        assertThat(transaction.message()).doesNotContain("\u0000", "\nBcc");
    }

    @ParameterizedTest
    @CsvSource({"rename, YES", "drop, ''", "keep, ''"})
    void treatsOldFieldsAsItIsTold(String what, String renamed) throws IOException {
        transaction.withMessage("X-Spam-Flag: YES\nx-spam-status: No\n" + MESSAGE);
        var unused = answer(status(2, 5), "leave_old_headers", what);

        boolean isKept = what.equals("keep");
        assertThat(values("X-Spam-Flag")).hasSize(isKept ? 1 : 0);
        assertThat(values("X-Spam-Status")).hasSize(isKept ? 2 : 1);
        assertThat(values("X-Old-Spam-Flag"))
                .isEqualTo(renamed.isEmpty() ? List.of() : List.of(renamed));
        assertThat(values("X-Old-spam-status")).hasSize(renamed.isEmpty() ? 0 : 1);
    }

    @Test
    void changesNothingInTheHeaderWhenItIsToldSo() throws IOException {
        transaction.withMessage("X-Spam-Flag: YES\n" + MESSAGE);
        var unused = answer(status(2, 5), "headers", "none");

        assertThat(transaction.message()).isEqualTo("X-Spam-Flag: YES\n" + MESSAGE);
        assertThat(transaction.notes().has(NoteKey.SPAMASSASSIN)).isTrue();
    }

    @Test
    void namesTheUserWhereThereAreSeveralRecipients() throws IOException {
        transaction.withRecipient("v@example.com");
        transaction.withMessage("X-Spam-User: somebody\n" + MESSAGE);
        var unused = answer(status(2, 5), "spamd_user", "mx");

        assertThat(values("X-Spam-User")).containsExactly("mx, 2 recipients");
    }

    @Test
    void asksAsTheOnlyRecipientWithVpopmail() throws IOException {
        StandInSpamd script = StandInSpamd.saying(status(2, 5));
        try (StandIn spamd = StandIn.onPort(script)) {
            SpamassassinPlugin plugin = plugin(spamd, "spamd_user", "vpopmail");
            assertThat(answer(plugin).action()).isEqualTo(Action.DECLINED);
            transaction.withRecipient("v@example.com");
            assertThat(answer(plugin).action()).isEqualTo(Action.DECLINED);
        }

        assertThat(script.questions().get(0)).contains("\r\nUser: u@example.com\r\n");
        assertThat(script.questions().get(1)).contains("\r\nUser: vpopmail\r\n");
    }

    @Test
    void refusesForEachRecipientByItsOwnPreferences() throws IOException {
        transaction.withRecipient("v@example.com").withRecipient("U@example.com");
        StandInSpamd script =
                new StandInSpamd(user -> user.startsWith("u@") ? status(8, 5) : status(8, 10));
        try (StandIn spamd = StandIn.onPort(script)) {
            HookResult answer =
                    answer(plugin(spamd, "reject", "userprefs", "per_recipient", "true"));

            assertThat(answer.reason()).isEqualTo("pass: Ham, 8.0 < 10.0, learn=no");
        }
        assertThat(script.questions()).hasSize(2);
        assertThat(transaction.recipients())
                .extracting(each -> each.address().address())
                .containsExactly("v@example.com");
        assertThat(transaction.settledRecipients())
                .extracting(each -> each.verdict().orElseThrow().action())
                .containsExactly(Action.DENY, Action.DENY);
    }

    @Test
    void refusesTheMessageWhenAllRecipientsDo() throws IOException {
        transaction.withRecipient("v@example.com");
        HookResult answer = answer(status(8, 5), "reject", "7", "per_recipient", "true");

        assertThat(answer.action()).isEqualTo(Action.DENY);
        assertThat(transaction.settledRecipients()).isEmpty();
    }

    @Test
    void leavesImmuneClientsAndSendersAlone() throws IOException {
        connection.relaying();
        assertThat(answer(status(99, 5), "reject", "1")).isEqualTo(HookResult.IMMUNE);
        assertThat(answer(status(99, 5), "reject", "1", "relayclient", "scan").action())
                .isEqualTo(Action.DENY);
        transaction.withNote(NoteKey.WHITELIST_SENDER, "friend");
        assertThat(answer(status(99, 5), "reject", "1", "relayclient", "scan"))
                .isEqualTo(HookResult.IMMUNE);
    }

    @Test
    void leavesLargeMessagesOut() throws IOException {
        try (StandIn spamd = StandIn.onPort(StandInSpamd.saying(status(9, 5)))) {
            SpamassassinPlugin plugin =
                    plugin(spamd, "size_limit", "50", "on_error", "defer", "reject", "1");
            HookResult answer = answer(plugin);

            assertThat(answer.action()).isEqualTo(Action.DECLINED);
            assertThat(answer.reason())
                    .matches("skip: not scanned: too large, \\d+ octets where the limit is 50");
            assertThat(plugin.figures()).contains(Figure.counter("not_scanned_too_large", 1));
            assertThat(spamd.accepted()).isZero();
        }
    }

    private void hang() throws IOException {
        try {
            assertThat(end.await(50, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            throw new IOException(e);
        }
    }

    @ParameterizedTest
    @CsvSource({"skip, DECLINED, ''", "defer, DENYSOFT, Unable to scan for spam"})
    void doesWhatItIsToldWhenSpamdHangs(String onError, Action action, String text)
            throws IOException {
        try (StandIn spamd = StandIn.onPort((in, out) -> hang())) {
            SpamassassinPlugin plugin =
                    plugin(spamd, "timeoutSeconds", "1", "reject", "5", "on_error", onError);
            HookResult answer = answer(plugin);

            assertThat(answer.action()).isEqualTo(action);
            assertThat(answer.text()).startsWith(text);
            assertThat(answer.reason())
                    .startsWith("error: not scanned: spamd at " + spamd.address() + ": no answer");
            assertThat(plugin.figures()).contains(Figure.counter("not_scanned_late", 1));
        }
    }

    @Test
    void defersWhenAnAnswerIsNoneOrIsCutOff() throws IOException {
        String whole = StandInSpamd.whole(status(1, 5));
        String cut = whole.substring(0, whole.length() - 10);
        for (String said : List.of("what?\r\n", cut, "", "SPAMD/1.0 74 EX_IOERR\r\n\r\n")) {
            try (StandIn spamd =
                    StandIn.onPort(
                            (in, out) -> {
                                var unused = in.readAllBytes();
                                out.write(said.getBytes(StandardCharsets.US_ASCII));
                            })) {
                HookResult answer = answer(plugin(spamd, "on_error", "defer"));

                assertThat(answer.action()).as(said).isEqualTo(Action.DENYSOFT);
                assertThat(answer.reason()).as(said).startsWith("error: not scanned: spamd");
            }
        }
    }

    @Test
    void asksTheNextSpamdWhenOneIsAway() throws IOException {
        StandIn gone = StandIn.onPort((in, out) -> {});
        gone.close();
        try (StandIn spamd = StandIn.onPort(StandInSpamd.saying(status(9, 5)))) {
            HookResult answer =
                    answer(
                            plugin(
                                    spamd,
                                    "spamd_socket",
                                    gone.address() + "," + spamd.address(),
                                    "reject",
                                    "5"));

            assertThat(answer.action()).isEqualTo(Action.DENY);
        }
    }

    @Test
    void holdsNoThreadWhileSpamdThinks() throws IOException {
        CountDownLatch go = new CountDownLatch(1);
        StandInSpamd script = StandInSpamd.saying(status(1, 5));
        try (StandIn spamd =
                StandIn.onPort(
                        (in, out) -> {
                            try {
                                assertThat(go.await(50, TimeUnit.SECONDS)).isTrue();
                            } catch (InterruptedException e) {
                                throw new IOException(e);
                            }
                            script.play(in, out);
                        })) {
            SpamassassinPlugin plugin = plugin(spamd);
            List<CompletableFuture<HookResult>> all =
                    IntStream.range(0, 20)
                            .mapToObj(i -> plugin.onDataPost(transaction))
                            .map(result -> result.pending().orElseThrow().answer())
                            .map(stage -> stage.toCompletableFuture())
                            .toList();
            assertThat(all).noneMatch(CompletableFuture::isDone);
            go.countDown();

            for (CompletableFuture<HookResult> each : all) {
                assertThat(each).succeedsWithin(50, TimeUnit.SECONDS);
            }
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    reject                  | often      | reject 'often' is not a number
                    munge_subject_threshold | userprefs  | munge_subject_threshold 'userprefs' is not a number
                    reject_type             | maybe      | reject_type 'maybe' is not one of
                    leave_old_headers       | burn       | leave_old_headers 'burn' is not one of rename, drop, keep
                    headers                 | some       | headers 'some' is not one of all, none
                    relayclient             | no         | relayclient 'no' is not one of skip, scan
                    on_error                | die        | on_error 'die' is not one of defer, skip
                    spamd_user              | a b        | spamd_user 'a b' is not a name
                    spamd_socket            | here:there | spamd_socket 'here:there' is neither HOST nor HOST:PORT
                    timeoutSeconds          | 0          | timeoutSeconds '0' is not a whole number from 1 to 280
                    """)
    void refusesWrongSettings(String option, String value, String message) throws IOException {
        try (StandIn spamd = StandIn.onPort((in, out) -> {})) {
            assertThatThrownBy(() -> plugin(spamd, option, value))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageStartingWith(message);
        }
    }

    @Test
    void hasTheDefaultsThatTheReadmeTells() {
        SpamassassinConfig config = Configs.config(SpamassassinConfig.class);

        assertThat(config.reject()).isEmpty();
        assertThat(config.spamd__socket()).isEqualTo("localhost:783");
        assertThat(config.leave__old__headers()).isEqualTo("rename");
        assertThat(config.size__limit()).isEqualTo(500_000);
        assertThat(config.on__error()).isEqualTo("skip");
        assertThat(config.relayclient()).isEqualTo("skip");
    }
}
