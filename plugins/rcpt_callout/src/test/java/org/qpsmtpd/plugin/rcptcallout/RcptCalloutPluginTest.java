package org.qpsmtpd.plugin.rcptcallout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.qpsmtpd.api.answer.Action;
import org.qpsmtpd.api.answer.HookResult;
import org.qpsmtpd.api.service.Store;
import org.qpsmtpd.testkit.FakeStore;
import org.qpsmtpd.testkit.SmtpClient;
import org.qpsmtpd.testkit.TestServer;

/** What recipients get by what the next hop says. */
class RcptCalloutPluginTest {
    private static final String LATER =
            "The recipient cannot be looked up now, try again later (#4.3.0)";

    private final Asking asking = new Asking();
    private final NextHop hop = new NextHop();

    RcptCalloutPluginTest() throws IOException {
        hop.rcpt("gone@ours.test", "550 5.1.1 no such user");
    }

    @AfterEach
    void close() throws IOException {
        asking.close();
        hop.close();
    }

    @Test
    void leavesARecipientThatIsThereToOthers() throws Exception {
        RcptCalloutPlugin plugin = asking.plugin(hop.port());

        assertThat(asking.rcpt(plugin, "Here@Ours.test"))
                .isEqualTo(HookResult.pass("here@ours.test"));
        assertThat(hop.commands("MAIL")).containsExactly("MAIL FROM:<>");
        assertThat(hop.commands("RCPT")).containsExactly("RCPT TO:<Here@ours.test>");
    }

    @Test
    void acceptsWithFoundOk() throws Exception {
        RcptCalloutPlugin plugin = asking.plugin(Map.of("found", "ok"), hop.port());

        assertThat(asking.rcpt(plugin, "here@ours.test").action()).isEqualTo(Action.OK);
        assertThat(asking.rcpt(plugin, "gone@ours.test").action()).isEqualTo(Action.DENY);
    }

    @Test
    void refusesInTheWordsOfTheNextHop() throws Exception {
        RcptCalloutPlugin plugin = asking.plugin(hop.port());

        HookResult refused = asking.rcpt(plugin, "gone@ours.test");
        assertThat(refused.action()).isEqualTo(Action.DENY);
        assertThat(refused.text()).isEqualTo("no such user (#5.1.1)");
        assertThat(refused.karma()).isEqualTo(-1);
        assertThat(refused.reason())
                .isEqualTo("fail: gone@ours.test is unknown: no such user (#5.1.1)");
        assertThat(asking.rcpt(plugin, "gone@ours.test").text())
                .as("known")
                .isEqualTo("no such user (#5.1.1)");
        assertThat(hop.commands("RCPT")).hasSize(1);
    }

    @Test
    void refusesAMailboxThatTakesNoMailWithoutKarma() throws Exception {
        hop.rcpt("full@ours.test", "552-5.2.2 mailbox\r\n552 5.2.2 is full");
        RcptCalloutPlugin plugin = asking.plugin(hop.port());

        HookResult refused = asking.rcpt(plugin, "full@ours.test");
        assertThat(refused.action()).isEqualTo(Action.DENY);
        assertThat(refused.text()).isEqualTo("mailbox is full (#5.2.2)");
        assertThat(refused.karma()).isZero();
    }

    @Test
    void hasATextOfItsOwnWhereTheNextHopHasNone() throws Exception {
        hop.rcpt("bare@ours.test", "550");
        RcptCalloutPlugin plugin = asking.plugin(hop.port());

        assertThat(asking.rcpt(plugin, "bare@ours.test").text())
                .isEqualTo("Sorry, no mailbox by that name (#5.1.1)");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "450 4.2.0 greylisted, come again",
                "451 4.3.0 aliases are away",
                "503 5.5.1 MAIL first",
                "530 5.7.0 say STARTTLS first",
                "521 no mail here"
            })
    void aReplyThatIsNoNoDefersOrPasses(String reply) throws Exception {
        hop.rcpt("maybe@ours.test", reply);
        RcptCalloutPlugin plugin = asking.plugin(hop.port());

        HookResult deferred = asking.rcpt(plugin, "maybe@ours.test");
        assertThat(deferred.action()).isEqualTo(Action.DENYSOFT);
        assertThat(deferred.text()).isEqualTo(LATER);
        assertThat(deferred.reason())
                .isEqualTo("error: 127.0.0.1:" + hop.port() + " says " + reply);
        assertThat(asking.rcpt(plugin, "maybe@ours.test").action())
                .as("is asked again")
                .isEqualTo(Action.DENYSOFT);
        assertThat(hop.commands("RCPT")).hasSize(2);
        assertThat(asking.rcpt(plugin, "here@ours.test").action())
                .as("others are asked for")
                .isEqualTo(Action.DECLINED);

        RcptCalloutPlugin passing = asking.plugin(hop.port(), "on_error", "pass");
        HookResult passed = asking.rcpt(passing, "maybe@ours.test");
        assertThat(passed.action()).isEqualTo(Action.DECLINED);
        assertThat(passed.reason()).startsWith("error: ");
    }

    @Test
    void aRefusedSenderSaysNothingOfTheRecipient() throws Exception {
        hop.always("MAIL", "550 5.7.1 no notices here");
        RcptCalloutPlugin plugin = asking.plugin(hop.port());

        assertThat(asking.rcpt(plugin, "here@ours.test").text()).isEqualTo(LATER);
        assertThat(hop.commands("RCPT")).isEmpty();

        RcptCalloutPlugin named = asking.plugin(hop.port(), "sender", "mx@ours.test");
        hop.always("MAIL FROM:<mx@ours.test>", "250 ok");
        assertThat(asking.rcpt(named, "here@ours.test").action()).isEqualTo(Action.DECLINED);
    }

    @Test
    void asksForNobodyElse() throws Exception {
        RcptCalloutPlugin plugin = asking.plugin(hop.port());

        assertThat(asking.rcpt(plugin, "a@foreign.test"))
                .isEqualTo(HookResult.skip("domain is not looked up"));
        assertThat(asking.rcpt(plugin, "postmaster@ours.test"))
                .isEqualTo(HookResult.skip("postmaster"));
        assertThat(hop.connections()).isZero();
    }

    @Test
    void asksForTheAddressWithoutItsExtension() throws Exception {
        RcptCalloutPlugin plugin = asking.plugin(Map.of("delimiter", "+"), hop.port());

        assertThat(asking.rcpt(plugin, "gone+lists@ours.test").action()).isEqualTo(Action.DENY);
        assertThat(hop.commands("RCPT")).containsExactly("RCPT TO:<gone@ours.test>");
    }

    @Test
    void answersHaveTheirLives() throws Exception {
        RcptCalloutPlugin plugin = asking.plugin(hop.port());
        asking.rcpt(plugin, "here@ours.test");
        asking.rcpt(plugin, "gone@ours.test");

        asking.clock.advance(Duration.ofSeconds(61));
        asking.rcpt(plugin, "here@ours.test");
        asking.rcpt(plugin, "gone@ours.test");
        assertThat(hop.commands("RCPT TO:<here@")).hasSize(1);
        assertThat(hop.commands("RCPT TO:<gone@")).hasSize(2);

        asking.clock.advance(Duration.ofMinutes(9));
        asking.rcpt(plugin, "here@ours.test");
        assertThat(hop.commands("RCPT TO:<here@")).hasSize(2);
    }

    @Test
    void serversOnOneStoreAskOnce() throws Exception {
        RcptCalloutPlugin one = asking.plugin(hop.port());
        RcptCalloutPlugin other = asking.plugin(hop.port());
        asking.rcpt(one, "here@ours.test");
        asking.rcpt(one, "gone@ours.test");
        asking.clock.advance(Duration.ofSeconds(30));

        assertThat(asking.rcpt(other, "here@ours.test"))
                .isEqualTo(HookResult.pass("known here@ours.test"));
        HookResult refused = asking.rcpt(other, "gone@ours.test");
        assertThat(refused.text()).isEqualTo("no such user (#5.1.1)");
        assertThat(refused.reason()).startsWith("fail: known gone@ours.test");
        assertThat(hop.commands("RCPT")).hasSize(2);

        asking.clock.advance(Duration.ofSeconds(31));
        asking.rcpt(other, "gone@ours.test");
        assertThat(hop.commands("RCPT")).as("its life did not begin anew").hasSize(3);
    }

    @Test
    void aStoreThatFailsIsDoneWithout() throws Exception {
        asking.stores.open("rcpt_callout").fail("away");
        RcptCalloutPlugin plugin = asking.plugin(hop.port(), "probe", true);

        assertThat(asking.rcpt(plugin, "gone@ours.test").action()).isEqualTo(Action.DENY);
        assertThat(asking.rcpt(plugin, "here@ours.test").action()).isEqualTo(Action.DECLINED);
    }

    @Test
    void nonsenseInTheStoreIsNotBelieved() throws Exception {
        FakeStore store = asking.stores.open("rcpt_callout");
        String key = Store.key("rcpt 127.0.0.1:" + hop.port() + " here@ours.test");
        for (String value :
                List.of("", "maybe", "unknown a\r\n250 b", "unknown " + "x".repeat(400))) {
            var unused = store.set(key, value, Duration.ofDays(1));
            RcptCalloutPlugin plugin = asking.plugin(hop.port());
            assertThat(asking.rcpt(plugin, "here@ours.test"))
                    .isEqualTo(HookResult.pass("here@ours.test"));
        }
    }

    @Test
    void findsOutWhoTakesAnyRecipient() throws Exception {
        RcptCalloutPlugin plugin = asking.plugin(hop.port(), "probe", true);
        HookResult any =
                HookResult.skip("127.0.0.1:" + hop.port() + " takes any recipient of other.test");

        assertThat(asking.rcpt(plugin, "a@other.test")).isEqualTo(any);
        assertThat(asking.rcpt(plugin, "b@other.test")).isEqualTo(any);
        assertThat(hop.commands("RCPT")).hasSize(2);
        assertThat(hop.commands("RCPT").get(1)).matches("RCPT TO:<qpsmtpd-[a-z0-9]+@other[.]test>");

        RcptCalloutPlugin another = asking.plugin(hop.port(), "probe", true);
        assertThat(asking.rcpt(another, "c@other.test")).isEqualTo(any);
        assertThat(hop.commands("RCPT TO:<qpsmtpd-")).as("the store knows").hasSize(1);

        asking.clock.advance(Duration.ofSeconds(601));
        asking.rcpt(plugin, "a@other.test");
        assertThat(hop.commands("RCPT TO:<qpsmtpd-")).as("once per life").hasSize(2);
    }

    @Test
    void whoTakesAnyRecipientIsSaidOnce() {
        CatchAll known = new CatchAll();

        assertThat(known.learn("a.test", true, asking.clock.now().plusSeconds(1))).isTrue();
        asking.clock.advance(Duration.ofSeconds(2));
        assertThat(known.known("a.test", asking.clock.now())).isEmpty();
        assertThat(known.learn("a.test", true, asking.clock.now())).isFalse();
        assertThat(known.learn("b.test", false, asking.clock.now())).isFalse();
        assertThat(known.learn("b.test", true, asking.clock.now())).isTrue();
    }

    @Test
    void whoRefusesSomebodyTakesNotAny() throws Exception {
        RcptCalloutPlugin plugin = asking.plugin(hop.port(), "probe", true);
        hop.always("RCPT TO:<qpsmtpd-", "550 5.1.1 no such user");

        asking.rcpt(plugin, "gone@ours.test");
        assertThat(asking.rcpt(plugin, "here@ours.test"))
                .isEqualTo(HookResult.pass("here@ours.test"));
        assertThat(hop.commands("RCPT TO:<qpsmtpd-")).isEmpty();

        assertThat(asking.rcpt(plugin, "a@other.test")).isEqualTo(HookResult.pass("a@other.test"));
        asking.rcpt(plugin, "b@other.test");
        assertThat(hop.commands("RCPT TO:<qpsmtpd-")).hasSize(1);
    }

    @Test
    void aProbeThatIsPutOffIsNoAnswer() throws Exception {
        RcptCalloutPlugin plugin = asking.plugin(hop.port(), "probe", true);
        hop.answering("RCPT TO:<qpsmtpd-", "450 4.2.0 greylisted");

        assertThat(asking.rcpt(plugin, "a@other.test")).isEqualTo(HookResult.pass("a@other.test"));
        assertThat(asking.rcpt(plugin, "b@other.test").action()).isEqualTo(Action.DECLINED);
        assertThat(hop.commands("RCPT TO:<qpsmtpd-")).as("is asked for again").hasSize(2);
    }

    @Test
    void asksTheNextHopOfTheDomain() throws Exception {
        try (NextHop second = new NextHop().always("RCPT", "550 5.1.1 not here")) {
            asking.transaction
                    .connection()
                    .config()
                    .set(
                            "smtproutes",
                            "other.test:127.0.0.1:" + second.port(),
                            ".ours.test:",
                            "nonsense");
            asking.transaction.connection().config().set("rcpthosts", ".test");
            RcptCalloutPlugin plugin = asking.plugin(hop.port(), "smtproutes", true);

            assertThat(asking.rcpt(plugin, "a@other.test").text()).isEqualTo("not here (#5.1.1)");
            assertThat(asking.rcpt(plugin, "a@ours.test").action()).isEqualTo(Action.DECLINED);
            assertThat(hop.commands("RCPT")).containsExactly("RCPT TO:<a@ours.test>");
            assertThat(asking.rcpt(plugin, "a@sub.ours.test"))
                    .isEqualTo(HookResult.skip("no next hop for sub.ours.test"));
        }
    }

    @Test
    void oneNextHopThatIsAwayIsNoReasonToLeaveOthersAlone() throws Exception {
        NextHop away = new NextHop();
        away.close();
        asking.transaction
                .connection()
                .config()
                .set("smtproutes", "other.test:127.0.0.1:" + away.port());
        RcptCalloutPlugin plugin = asking.plugin(hop.port(), "smtproutes", true);

        assertThat(asking.rcpt(plugin, "a@other.test").action()).isEqualTo(Action.DENYSOFT);
        assertThat(asking.rcpt(plugin, "a@ours.test").action()).isEqualTo(Action.DECLINED);
    }

    @Test
    void aNextHopThatIsAwayIsLeftAloneForAWhile() throws Exception {
        RcptCalloutPlugin plugin = asking.plugin(hop.port());
        hop.answering("greeting", "554 5.3.2 closed today");

        HookResult deferred = asking.rcpt(plugin, "here@ours.test");
        assertThat(deferred.action()).isEqualTo(Action.DENYSOFT);
        assertThat(deferred.text()).isEqualTo(LATER);
        assertThat(deferred.reason())
                .isEqualTo(
                        "error: 127.0.0.1:"
                                + hop.port()
                                + ": it refuses the session: 554 5.3.2 closed today");
        assertThat(asking.rcpt(plugin, "here@ours.test").reason()).isEqualTo(deferred.reason());
        assertThat(hop.connections()).isEqualTo(1);

        asking.clock.advance(Duration.ofSeconds(6));
        assertThat(asking.rcpt(plugin, "here@ours.test").action()).isEqualTo(Action.DECLINED);
    }

    @Test
    void aNameWithoutAddressDefersOrPasses() throws Exception {
        RcptCalloutPlugin plugin = asking.plugin(25, "host", "no-such-host.invalid");
        HookResult deferred = asking.rcpt(plugin, "here@ours.test");
        assertThat(deferred.action()).isEqualTo(Action.DENYSOFT);
        assertThat(deferred.reason())
                .isEqualTo("error: no-such-host.invalid:25: its name has no address");

        RcptCalloutPlugin passing =
                asking.plugin(25, "host", "no-such-host.invalid", "on_error", "pass");
        assertThat(asking.rcpt(passing, "here@ours.test").action()).isEqualTo(Action.DECLINED);
    }

    @Test
    void keepsAConnectionWithRsetBetweenQuestions() throws Exception {
        RcptCalloutPlugin plugin = asking.plugin(hop.port(), "connections", 1);
        asking.transaction.connection().config().set("me", "mx.ours.test");

        for (int i = 0; i < 5; i++) {
            asking.rcpt(plugin, "user" + i + "@ours.test");
        }
        assertThat(hop.connections()).isEqualTo(1);
        assertThat(hop.commands("EHLO")).containsExactly("EHLO mx.ours.test");
        assertThat(hop.commands("RSET")).hasSizeGreaterThanOrEqualTo(4);
        plugin.close();
        assertThat(hop.awaitQuit()).isTrue();
    }

    @Test
    void aConnectionWithManyRefusedRecipientsIsGivenUp() throws Exception {
        RcptCalloutPlugin plugin = asking.plugin(hop.port(), "connections", 1);
        hop.always("RCPT", "550 5.1.1 no such user");

        for (int i = 0; i < 9; i++) {
            assertThat(asking.rcpt(plugin, "user" + i + "@ours.test").action())
                    .isEqualTo(Action.DENY);
        }
        assertThat(hop.connections()).isEqualTo(2);
        assertThat(hop.awaitQuit()).isTrue();
    }

    @Test
    void anUnusedConnectionIsClosed() throws Exception {
        RcptCalloutPlugin plugin = asking.plugin(hop.port(), "idleSeconds", 1);
        asking.rcpt(plugin, "here@ours.test");

        assertThat(hop.awaitQuit()).isTrue();
    }

    @Test
    void aKeptConnectionThatWentIsFollowedByANewOne() throws Exception {
        RcptCalloutPlugin plugin = asking.plugin(hop.port(), "connections", 1);
        asking.rcpt(plugin, "one@ours.test");
        hop.dropAll();
        assertThat(asking.rcpt(plugin, "two@ours.test").action()).isEqualTo(Action.DECLINED);

        hop.answering("MAIL", "421 4.4.2 too long idle" + NextHop.DROP);
        assertThat(asking.rcpt(plugin, "three@ours.test").action()).isEqualTo(Action.DECLINED);
        hop.answering("MAIL", NextHop.DROP);
        assertThat(asking.rcpt(plugin, "four@ours.test").action()).isEqualTo(Action.DECLINED);
        assertThat(hop.connections()).isEqualTo(4);
    }

    @Test
    void aKeptConnectionThatSaysNothingIsFollowedByANewOne() throws Exception {
        RcptCalloutPlugin plugin = asking.plugin(hop.port(), "connections", 1, "timeoutSeconds", 3);
        asking.rcpt(plugin, "one@ours.test");
        hop.answering("MAIL", NextHop.SILENT);

        assertThat(asking.rcpt(plugin, "two@ours.test").action()).isEqualTo(Action.DECLINED);
        assertThat(hop.connections()).isEqualTo(2);
    }

    @Test
    void clientsWaitForAFewConnections() throws Exception {
        RcptCalloutPlugin plugin = asking.plugin(hop.port(), "connections", 2);
        List<CompletableFuture<HookResult>> all = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            all.add(asking.begin(plugin, "user" + i + "@ours.test"));
            all.add(asking.begin(plugin, "gone@ours.test"));
        }

        for (int i = 0; i < all.size(); i += 2) {
            assertThat(all.get(i).get(60, TimeUnit.SECONDS).action()).isEqualTo(Action.DECLINED);
            assertThat(all.get(i + 1).get(60, TimeUnit.SECONDS).action()).isEqualTo(Action.DENY);
        }
        assertThat(hop.connections()).isEqualTo(2);
        assertThat(hop.commands("RCPT TO:<gone@")).as("once for all").hasSizeLessThan(10);
    }

    @Test
    void theQueueOfQuestionsHasAnEnd() throws Exception {
        RcptCalloutPlugin plugin =
                asking.plugin(hop.port(), "connections", 1, "timeoutSeconds", 50);
        hop.always("RCPT TO:<slow@", NextHop.SILENT);
        CompletableFuture<HookResult> slow = asking.begin(plugin, "slow@ours.test");
        List<CompletableFuture<HookResult>> waiting = new ArrayList<>();
        for (int i = 0; i < 1_000; i++) {
            waiting.add(asking.begin(plugin, "user" + i + "@ours.test"));
        }

        HookResult crowded = asking.rcpt(plugin, "another@ours.test");
        assertThat(crowded.action()).isEqualTo(Action.DENYSOFT);
        assertThat(crowded.reason()).endsWith("too many recipients wait for its answers");
        assertThat(slow).isNotDone();

        plugin.close();
        assertThat(slow.get(60, TimeUnit.SECONDS).action()).isEqualTo(Action.DENYSOFT);
        for (CompletableFuture<HookResult> each : waiting) {
            assertThat(each.get(60, TimeUnit.SECONDS).action()).isEqualTo(Action.DENYSOFT);
        }
        assertThat(asking.rcpt(plugin, "late@ours.test").action()).isEqualTo(Action.DENYSOFT);
    }

    @Test
    void saysHeloToWhoDoesNotKnowEhlo() throws Exception {
        RcptCalloutPlugin plugin = asking.plugin(hop.port());
        hop.always("EHLO", "502 what?");

        assertThat(asking.rcpt(plugin, "gone@ours.test").action()).isEqualTo(Action.DENY);
        assertThat(hop.commands("HELO")).containsExactly("HELO [127.0.0.1]");
    }

    @Test
    void namesUtf8WhereItIsTaken() throws Exception {
        RcptCalloutPlugin plugin = asking.plugin(hop.port());
        HookResult refused = asking.rcpt(plugin, "j\u00fcrgen@ours.test");
        assertThat(refused.text()).isEqualTo("The next hop takes no addresses in UTF-8 (#5.6.7)");
        assertThat(refused.action()).isEqualTo(Action.DENY);
        assertThat(refused.karma()).isZero();

        hop.always("EHLO", "250-hop.test\r\n250 SMTPUTF8");
        RcptCalloutPlugin later = asking.plugin(hop.port());
        assertThat(asking.rcpt(later, "j\u00f6rg@ours.test").action()).isEqualTo(Action.DECLINED);
        assertThat(hop.commands("MAIL")).last().isEqualTo("MAIL FROM:<> SMTPUTF8");
    }

    @Test
    void answersAClientOfAServer() throws Exception {
        try (TestServer server =
                        TestServer.builder()
                                .config("rcpthosts", "ours.test")
                                .plugin(
                                        "rcpt_callout",
                                        asking.plugin(Map.of("found", "ok"), hop.port()))
                                .start();
                SmtpClient client = server.connect()) {
            hop.rcpt("maybe@ours.test", "450 4.2.0 greylisted");
            assertThat(client.open("a@foreign.test", "here@ours.test").code()).isEqualTo(250);
            assertThat(client.send("RCPT TO:<gone@ours.test>"))
                    .hasToString("550 5.1.1 no such user (#5.1.1)");
            assertThat(client.send("RCPT TO:<maybe@ours.test>")).hasToString("450 4.3.0 " + LATER);
        }
    }

    @Test
    void quotesWhatMustBeQuoted() throws Exception {
        RcptCalloutPlugin plugin = asking.plugin(hop.port());

        asking.rcpt(plugin, "a b> SIZE=1@ours.test");
        assertThat(hop.commands("RCPT"))
                .containsExactly("RCPT TO:<\"a\\ b\\>\\ SIZE=1\"@ours.test>");
    }

    @Test
    void checksTheLinesOfItsFile() {
        RcptCalloutPlugin plugin = asking.plugin(hop.port());

        for (String good :
                List.of(
                        "ours.test:hop.test",
                        ".ours.test:[2001:db8::1]:26",
                        ":192.0.2.1:25",
                        "a.test:")) {
            plugin.checkLine("smtproutes", good);
        }
        for (String wrong :
                List.of(
                        "ours.test",
                        "a b:hop",
                        "ours.test:hop:0",
                        "ours.test:hop:99999",
                        "ours.test:a b",
                        "ours.test:2001:db8::1")) {
            assertThatThrownBy(() -> plugin.checkLine("smtproutes", wrong))
                    .as(wrong)
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("' is not ");
        }
    }

    @Test
    void namesWrongOptions() {
        assertWrong(
                "host is missing: rcpt_callout needs HOST [PORT], or smtproutes yes", "host", "");
        assertWrong("host 'a:25' has a colon; the port is the second word: a 25", "host", "a:25");
        assertWrong("host 'a b' is neither a host name nor an address", "host", "a b");
        assertWrong(
                "sender 'here' is neither <> nor an address such as mx@example.org",
                "sender",
                "here");
        assertWrong("caFile is used with tls verify only", "caFile", "/some/ca.pem");
        assertWrong(
                "caFile '/none/ca.pem' cannot be read", "caFile", "/none/ca.pem", "tls", "verify");
        assertThatThrownBy(() -> asking.plugin(25, "tls", "perhaps"))
                .hasMessageStartingWith("tls 'perhaps' is not one of");
        assertThatThrownBy(() -> asking.plugin(25, "on_error", "perhaps"))
                .hasMessageStartingWith("on_error 'perhaps' is not one of");
    }

    private void assertWrong(String message, Object... settings) {
        assertThatThrownBy(() -> asking.plugin(25, settings))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(message);
    }
}
