package org.qpsmtpd.plugin.headers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.qpsmtpd.api.answer.Action;
import org.qpsmtpd.api.answer.HookResult;
import org.qpsmtpd.api.plugin.RejectSettings;
import org.qpsmtpd.api.session.NoteKey;
import org.qpsmtpd.testkit.Configs;
import org.qpsmtpd.testkit.FakeClock;
import org.qpsmtpd.testkit.FakeConnection;
import org.qpsmtpd.testkit.FakeTransaction;

class HeadersPluginTest {
    private static final String FROM = "From: <matt@example.com>\n";
    private static final String TOO_OLD = "The Date header is too far in the past";
    private static final String TOO_NEW = "The Date header is too far in the future";
    private static final HookResult PASS = HookResult.pass("no fault in the header");

    private final FakeConnection connection = FakeConnection.create();

    @Test
    void passesACompleteHeader() {
        HeadersPlugin plugin = plugin(Map.of(), Map.of("require", new String[] {"From", "Date"}));

        assertThat(answer(plugin, FROM + date(0))).isEqualTo(PASS);
        assertThat(connection.karma()).isZero();
    }

    @Test
    void requiresOnlyFromByDefault() {
        assertThat(answer(plugin(Map.of(), Map.of()), FROM)).isEqualTo(PASS);
        assertThat(answer(plugin(Map.of(), Map.of()), date(0)))
                .isEqualTo(
                        HookResult.deny("We require a valid From header")
                                .because("fail: We require a valid From header"));
        assertThat(connection.karma()).isEqualTo(-1);
    }

    @ParameterizedTest
    @CsvSource({
        "perm, DENY",
        "temp, DENYSOFT",
        "disconnect, DENY_DISCONNECT",
        "temp_disconnect, DENYSOFT_DISCONNECT"
    })
    void refusesAMissingDateByType(String type, Action action) {
        HeadersPlugin plugin =
                plugin(
                        Map.of("reject_type", type),
                        Map.of("require", new String[] {"From", "Date"}));

        assertThat(answer(plugin, FROM).action()).isEqualTo(action);
        assertThat(answer(plugin, FROM).text()).isEqualTo("We require a valid Date header");
    }

    @Test
    void takesAnEmptyFieldForAMissingOne() {
        assertThat(answer(plugin(Map.of(), Map.of()), "From: \nSubject: x\n").text())
                .isEqualTo("We require a valid From header");
    }

    @Test
    void findsFieldsInAnyCase() {
        HeadersPlugin plugin = plugin(Map.of(), Map.of("require", "MESSAGE-ID"));

        assertThat(answer(plugin, "message-id: <1@example.com>\n")).isEqualTo(PASS);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Date",
                "From",
                "Sender",
                "Reply-To",
                "To",
                "Cc",
                "Bcc",
                "Message-Id",
                "In-Reply-To",
                "References",
                "Subject"
            })
    void refusesARepeatedField(String name) {
        HeadersPlugin plugin = plugin(Map.of(), Map.of("require", "Received"));
        String header = "Received: x\nReceived: y\n" + name + ": x\n";

        assertThat(answer(plugin, header)).isEqualTo(PASS);
        assertThat(answer(plugin, header + name.toUpperCase(Locale.ROOT) + ": y\n").text())
                .isEqualTo("Only one " + name + " header allowed. See RFC 5322, Section 3.6");
        assertThat(connection.karma()).isEqualTo(-1);
    }

    @Test
    void listsAllFaults() {
        HeadersPlugin plugin =
                plugin(Map.of(), Map.of("require", new String[] {"From", "Date", "To"}, "past", 5));
        String text =
                "We require a valid From header\n"
                        + "We require a valid To header\n"
                        + "Only one Subject header allowed. See RFC 5322, Section 3.6\n"
                        + TOO_OLD;

        HookResult result = answer(plugin, "Subject: a\nSubject: b\n" + date(-6));

        assertThat(result)
                .isEqualTo(HookResult.deny(text).because("fail: " + text.replace("\n", "; ")));
        assertThat(connection.karma()).isEqualTo(-4);
    }

    @ParameterizedTest
    @ValueSource(ints = {-2, -1, 0, 1, 2})
    void passesDatesWithinTheLimits(int days) {
        assertThat(answer(within(2), FROM + date(days))).isEqualTo(PASS);
    }

    @ParameterizedTest
    @ValueSource(ints = {3, 6})
    void refusesDatesTooFarAhead(int days) {
        assertThat(answer(within(2), FROM + date(days)))
                .isEqualTo(HookResult.deny(TOO_NEW).because("fail: " + TOO_NEW));
        assertThat(connection.karma()).isEqualTo(-1);
    }

    @ParameterizedTest
    @ValueSource(ints = {-3, -6})
    void refusesDatesTooLongAgo(int days) {
        assertThat(answer(within(2), FROM + date(days)))
                .isEqualTo(HookResult.deny(TOO_OLD).because("fail: " + TOO_OLD));
        assertThat(connection.karma()).isEqualTo(-1);
    }

    @Test
    void doesNotLimitDatesByDefault() {
        HeadersPlugin plugin = plugin(Map.of(), Map.of());

        assertThat(answer(plugin, FROM + date(-20_000))).isEqualTo(PASS);
        assertThat(answer(plugin, FROM + date(20_000))).isEqualTo(PASS);
    }

    @Test
    void passesADateThatCannotBeRead() {
        HeadersPlugin plugin = plugin(Map.of(), Map.of("require", "Date", "past", 1, "future", 1));

        assertThat(answer(plugin, "Date: some day\n")).isEqualTo(PASS);
    }

    @Test
    void onlyLogsWhenRejectIsOff() {
        HookResult result = answer(plugin(Map.of("reject", "0"), Map.of()), "Subject: x\n");

        assertThat(result)
                .isEqualTo(
                        HookResult.DECLINED.because(
                                "fail, tolerated: We require a valid From header"));
        assertThat(connection.karma()).isEqualTo(-1);
    }

    @Test
    void leavesTheRefusalToNaughty() {
        HookResult result = answer(plugin(Map.of("reject", "naughty"), Map.of()), "Subject: x\n");

        assertThat(result.action()).isEqualTo(Action.DECLINED);
        assertThat(result.naughtyType()).contains(Action.DECLINED);
        assertThat(result.text()).isEqualTo("We require a valid From header");
    }

    @Test
    void sparesImmuneClients() {
        HeadersPlugin plugin = plugin(Map.of(), Map.of());
        connection.withNote(NoteKey.WHITELIST_HOST, "friend");

        assertThat(answer(plugin, "Subject: x\n")).isEqualTo(HookResult.skip("immune"));
        assertThat(connection.karma()).isZero();
    }

    @Test
    void refusesAnEmptyMessageOfAnybody() {
        HeadersPlugin plugin = plugin(Map.of(), Map.of());
        FakeTransaction empty = FakeTransaction.on(connection.relaying());

        assertThat(plugin.onDataPost(empty))
                .isEqualTo(
                        HookResult.deny("You must send some data first").because("fail: no data"));
    }

    @Test
    void refusesAMessageWithoutHeaderOfAnybody() {
        HeadersPlugin plugin = plugin(Map.of(), Map.of());
        FakeTransaction bare = FakeTransaction.on(connection.relaying()).withMessage("\nbody\n");

        assertThat(plugin.onDataPost(bare))
                .isEqualTo(HookResult.deny("Headers are missing").because("fail: missing headers"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "From:", "From Date"})
    void refusesWhatIsNoFieldName(String require) {
        assertThatThrownBy(() -> plugin(Map.of(), Map.of("require", require)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("require '%s' is not the name of a field, such as From", require);
    }

    /** The answer without its karma, which the connection has got. */
    private HookResult answer(HeadersPlugin plugin, String header) {
        FakeTransaction transaction =
                FakeTransaction.on(connection).withMessage(header + "\nbody\n");
        return connection.answered(plugin.onDataPost(transaction)).withKarma(0);
    }

    private static String date(int daysFromNow) {
        OffsetDateTime date =
                FakeClock.START.plus(Duration.ofDays(daysFromNow)).atOffset(ZoneOffset.UTC);
        return "Date: " + DateTimeFormatter.RFC_1123_DATE_TIME.format(date) + "\n";
    }

    private static HeadersPlugin within(int days) {
        return plugin(Map.of(), Map.of("past", days, "future", days));
    }

    private static HeadersPlugin plugin(Map<String, ?> reject, Map<String, ?> settings) {
        return new HeadersPlugin(
                Configs.config(RejectSettings.class, reject),
                Configs.config(HeadersConfig.class, settings));
    }
}
