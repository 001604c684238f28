package org.qpsmtpd.core.generation;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.qpsmtpd.api.config.ConfigLine;
import org.qpsmtpd.core.gate.ConfiguredInstance;

class PluginLineTest {
    private static final FormerNames NAMES =
            FormerNames.of(
                    Map.of(
                            "relay", List.of("check_relay", "relay_only=only 1"),
                            "earlytalker", List.of("check_earlytalker", "async/earlytalker"),
                            "badrcptto", List.of("check_badrcptto"),
                            "logging/file", List.of("logging/file_connection=reopen"),
                            "virus/klez_filter", List.of("klez_filter"),
                            "klez_filter", List.of()));

    private static PluginLine parse(String text) {
        return PluginLine.parse(new ConfigLine(text, "config/plugins", 3), NAMES);
    }

    @Test
    void takesTheNameFromTheArguments() {
        PluginLine line = parse("queue/maildir \t /var/mail  a:b");

        assertThat(line.plugin()).isEqualTo("queue/maildir");
        assertThat(line.instance()).isEqualTo("queue/maildir");
        assertThat(line.arguments()).isEqualTo("/var/mail  a:b");
        assertThat(line.optional()).isFalse();
        assertThat(line.place()).isEqualTo("config/plugins:3");
        assertThat(line.isRenamed()).isFalse();
    }

    @Test
    void tellsInstancesApart() {
        assertThat(parse("plugin:0 x").plugin()).isEqualTo("plugin");
        assertThat(parse("plugin:0 x").instance()).isEqualTo("plugin:0");
        assertThat(parse("plugin:12 x").arguments()).isEqualTo("x");
        assertThat(parse("plugin:x").plugin()).isEqualTo("plugin:x");
        assertThat(parse("plugin:0").isRenamed()).isFalse();
    }

    @Test
    void takesTheLastWordOptional() {
        assertThat(parse("spamassassin reject 1 optional").optional()).isTrue();
        assertThat(parse("spamassassin reject 1 optional").arguments()).isEqualTo("reject 1");
        assertThat(parse("spamassassin\toptional").arguments()).isEmpty();
        assertThat(parse("x so_optional").optional()).isFalse();
        assertThat(parse("optional").optional()).isFalse();
        assertThat(parse("x optional y").arguments()).isEqualTo("optional y");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    check_earlytalker            | earlytalker
                    async/earlytalker            | earlytalker
                    check_badrcptto:1            | badrcptto
                    authnull                     | auth/authnull
                    """)
    void knowsFormerNames(String written, String plugin) {
        PluginLine line = parse(written);

        assertThat(line.plugin()).isEqualTo(plugin);
        assertThat(line.isRenamed()).isTrue();
        assertThat(line.arguments()).isEmpty();
    }

    @Test
    void keepsWhatAFormerNameMeant() {
        assertThat(parse("relay_only").plugin()).isEqualTo("relay");
        assertThat(parse("relay_only").arguments()).isEqualTo("only 1");
        assertThat(parse("relay_only:1 loglevel 7 optional").arguments())
                .isEqualTo("only 1 loglevel 7");
        assertThat(parse("check_relay").arguments()).isEmpty();
        assertThat(parse("logging/file_connection loglevel LOGINFO /var/log/%Y").arguments())
                .isEqualTo("reopen loglevel LOGINFO /var/log/%Y");
    }

    /** A site's own plugin may have a name that qpsmtpd once used. */
    @Test
    void prefersAPluginOfJustThatName() {
        assertThat(parse("klez_filter").plugin()).isEqualTo("klez_filter");
        assertThat(parse("klez_filter").isRenamed()).isFalse();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    authnull        | is a plugin of qpsmtpd that this server leaves out (it let everybody in, for tests, and qpsmtpd itself has had no such plugin since 0.42); take the line out, or end the line with the word optional
                    domainkeys optional | is a plugin of qpsmtpd that this server leaves out (DKIM has taken the place of DomainKeys, and the plugin dkim verifies and signs); take the line out
                    My::Plugin      | is a Perl package, which this server cannot run; take the line out, or end the line with the word optional
                    ours            | is not installed; put its bundle into the deploy folder, or end the line with the word optional
                    """)
    void saysWhyAPluginIsNotThere(String written, String why) {
        assertThat(parse(written).absence(Optional.empty())).isEqualTo(why);
    }

    @ParameterizedTest
    @CsvSource({
        "rcpt_ok,            rcpt_ok",
        "queue/smtp-forward, queue.smtp_forward",
        "auth/Auth_flat,     auth.auth_flat"
    })
    void makesPidsOfNames(String plugin, String pid) {
        assertThat(ConfiguredInstance.pid(plugin)).isEqualTo(pid);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    rcpt_ok              | 1
                    lmtp queue/lmtp      | 3
                    queue/               | 2
                    queue/ relay         | 0
                    queue queue/l nobody | 4
                    virus/ /             | 4
                    """)
    void placesAPluginBeforeOthersAndFolders(String before, int place) {
        List<String> plugins = List.of("relay", "rcpt_ok", "queue/nats", "queue/lmtp");

        assertThat(PluginLine.place(plugins, List.of(before.split(" ")))).isEqualTo(place);
    }
}
