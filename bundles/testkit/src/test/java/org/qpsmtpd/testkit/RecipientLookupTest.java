package org.qpsmtpd.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.qpsmtpd.api.answer.Action;
import org.qpsmtpd.api.answer.HookResult;
import org.qpsmtpd.api.lookup.LookupSettings;
import org.qpsmtpd.api.lookup.Mailbox;
import org.qpsmtpd.api.lookup.RecipientLookup;
import org.qpsmtpd.api.plugin.RejectSettings;

/** Here, since the fakes that it needs are. */
class RecipientLookupTest {
    private static final HookResult UNKNOWN =
            HookResult.deny("Sorry, no mailbox by that name (#5.1.1)", "a@ours.test is unknown")
                    .withKarma(-1);

    private final FakeTransaction transaction = FakeTransaction.create();
    private final FakeRecipient recipient = FakeRecipient.of("A@ours.test");
    private final FakeClock clock = transaction.connection().clock();

    RecipientLookupTest() {
        transaction.connection().config().set("rcpthosts", "ours.test", ".below.test");
        transaction.connection().config().set("me", "mx.ours.test");
        transaction.connection().config().setMap("morercpthosts", "more.test", "");
    }

    private static RecipientLookup lookup(String... settings) {
        return lookup("defer", Map.of(), settings);
    }

    private static RecipientLookup lookup(
            String onError, Map<String, String> reject, String... settings) {
        Map<String, Object> all = new HashMap<>();
        for (int at = 0; at < settings.length; at += 2) {
            all.put(settings[at], settings[at + 1]);
        }
        return new RecipientLookup(
                "rcpt_x",
                Configs.config(RejectSettings.class, reject),
                Configs.config(LookupSettings.class, all),
                onError);
    }

    private Optional<HookResult> known(RecipientLookup lookup, String address) {
        return lookup.known(transaction, FakeRecipient.of(address));
    }

    private HookResult found(RecipientLookup lookup, Mailbox mailbox) {
        return lookup.found(transaction, recipient, mailbox);
    }

    @Test
    void answersByWhatWasFound() {
        assertThat(found(lookup(), Mailbox.THERE)).isEqualTo(HookResult.pass("a@ours.test"));
        assertThat(found(lookup(), Mailbox.UNKNOWN)).isEqualTo(UNKNOWN);
        assertThat(found(lookup(), Mailbox.DISABLED))
                .isEqualTo(
                        HookResult.deny(
                                "Sorry, this mailbox takes no mail (#5.2.1)",
                                "a@ours.test is disabled"));
    }

    @Test
    void acceptsOrRefusesAsTold() {
        assertThat(found(lookup("found", "ok"), Mailbox.THERE))
                .isEqualTo(HookResult.OK.because("pass: a@ours.test"));
        assertThat(
                        found(
                                        lookup("defer", Map.of("reject_type", "temp_disconnect")),
                                        Mailbox.UNKNOWN)
                                .action())
                .isEqualTo(Action.DENYSOFT_DISCONNECT);
        assertThat(found(lookup("defer", Map.of("reject", "0")), Mailbox.UNKNOWN).action())
                .isEqualTo(Action.DECLINED);
    }

    @Test
    void keepsBothAnswersForTimesOfTheirOwn() {
        RecipientLookup lookup = lookup("cache_seconds", "20", "unknown_cache_seconds", "5");

        found(lookup, Mailbox.THERE);
        assertThat(known(lookup, "a@OURS.test")).contains(HookResult.pass("known a@ours.test"));
        clock.advance(Duration.ofSeconds(20));
        assertThat(known(lookup, "a@ours.test")).isEmpty();

        found(lookup, Mailbox.UNKNOWN);
        clock.advance(Duration.ofSeconds(4));
        assertThat(known(lookup, "a@ours.test"))
                .contains(UNKNOWN.because("fail: known a@ours.test is unknown"));
        clock.advance(Duration.ofSeconds(1));
        assertThat(known(lookup, "a@ours.test")).isEmpty();
    }

    @Test
    void believesTheLastAnswer() {
        RecipientLookup lookup = lookup("cache_seconds", "9", "unknown_cache_seconds", "9");
        found(lookup, Mailbox.THERE);
        found(lookup, Mailbox.DISABLED);
        assertThat(known(lookup, "a@ours.test").orElseThrow().action()).isEqualTo(Action.DENY);
        found(lookup, Mailbox.THERE);
        assertThat(known(lookup, "a@ours.test").orElseThrow().action()).isEqualTo(Action.DECLINED);
    }

    @Test
    void keepsNothingWhenToldSo() {
        RecipientLookup lookup = lookup("cache_seconds", "0", "unknown_cache_seconds", "0");
        found(lookup, Mailbox.THERE);
        found(lookup, Mailbox.UNKNOWN);

        assertThat(known(lookup, "a@ours.test")).isEmpty();
        assertThat(lookup.size()).isZero();
    }

    @Test
    void keepsABoundedNumberOfEach() {
        RecipientLookup lookup = lookup("cache_entries", "80");
        found(lookup, Mailbox.THERE);
        for (int i = 0; i < 1000; i++) {
            FakeRecipient other = FakeRecipient.of("u" + i + "@ours.test");
            lookup.found(transaction, other, Mailbox.UNKNOWN);
        }

        assertThat(lookup.size()).isBetween(60, 81);
        assertThat(known(lookup, "u999@ours.test")).isPresent();
        assertThat(known(lookup, "a@ours.test"))
                .as("guesses do not push out who is there")
                .isPresent();
    }

    @Test
    void looksUpTheDomainsOfTheServer() {
        RecipientLookup lookup = lookup();

        for (String ours :
                new String[] {"a@ours.test", "a@x.below.test", "a@mx.ours.test", "a@More.test"}) {
            assertThat(known(lookup, ours)).as(ours).isEmpty();
        }
        assertThat(known(lookup, "a@other.test"))
                .contains(HookResult.skip("domain is not looked up"));
        assertThat(known(lookup, "Postmaster@ours.test")).contains(HookResult.skip("postmaster"));
        assertThat(known(lookup, "abuse")).contains(HookResult.skip("no domain"));
    }

    @Test
    void looksUpTheDomainsItIsTold() {
        RecipientLookup some = lookup("domains", "one.test, .two.test");

        assertThat(known(some, "a@One.test")).isEmpty();
        assertThat(known(some, "a@x.two.test")).isEmpty();
        assertThat(known(some, "a@ours.test")).isPresent();
        assertThat(known(lookup("domains", "all"), "a@any.test")).isEmpty();
    }

    @Test
    void leavesOutWhatStandsBehindADelimiter() {
        RecipientLookup lookup = lookup("delimiter", "+-");
        lookup.found(transaction, FakeRecipient.of("a+b-c@ours.test"), Mailbox.THERE);

        assertThat(known(lookup, "a-z@ours.test")).isPresent();
        assertThat(lookup.asked(FakeRecipient.of("+a@ours.test")).user()).isEqualTo("+a");
        assertThat(lookup().asked(FakeRecipient.of("a+b@ours.test")).user()).isEqualTo("a+b");
    }

    @Test
    void defersOrPassesWhenItFails() {
        assertThat(lookup().failed("no way"))
                .isEqualTo(
                        HookResult.denySoft(
                                        "The recipient cannot be looked up now, try again later"
                                                + " (#4.3.0)")
                                .because("error: no way"));
        for (String word : new String[] {"pass", "skip"}) {
            assertThat(lookup(word, Map.of()).failed("no way"))
                    .isEqualTo(HookResult.DECLINED.because("error: no way"));
        }
    }

    @Test
    void asksNobodyForAWhileWhenNobodyAnswers() {
        RecipientLookup lookup = lookup();
        found(lookup, Mailbox.THERE);
        HookResult down = lookup.down(transaction, "gone");

        assertThat(down).isEqualTo(lookup.failed("gone"));
        assertThat(known(lookup, "b@ours.test")).contains(down);
        assertThat(known(lookup, "a@ours.test").orElseThrow().action()).isEqualTo(Action.DECLINED);
        clock.advance(Duration.ofSeconds(5));
        assertThat(known(lookup, "b@ours.test")).isEmpty();

        lookup.down(transaction, "gone");
        found(lookup, Mailbox.THERE);
        assertThat(known(lookup, "b@ours.test")).as("it answers again").isEmpty();
    }

    @Test
    void namesWrongSettings() {
        assertThatThrownBy(() -> lookup("cache_seconds", "ten"))
                .hasMessage("cache_seconds 'ten' is not a number from 0 to 2592000");
        assertThatThrownBy(() -> lookup("cache_entries", "0"))
                .hasMessage("cache_entries '0' is not a number from 1 to 10000000");
        assertThatThrownBy(() -> lookup("found", "yes"))
                .hasMessage("found 'yes' is not one of pass, ok");
        assertThatThrownBy(() -> lookup("domains", "a b"))
                .hasMessageStartingWith("domains: 'a b' is not a domain");
        assertThatThrownBy(() -> lookup("explode", Map.of()))
                .hasMessage("on_error 'explode' is not one of defer, pass, skip");
    }
}
