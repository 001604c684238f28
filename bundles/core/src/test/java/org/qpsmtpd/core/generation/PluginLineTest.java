package org.qpsmtpd.core.generation;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.qpsmtpd.api.config.ConfigLine;
import org.qpsmtpd.core.gate.ConfiguredInstance;

class PluginLineTest {
    private static PluginLine parse(String text) {
        return PluginLine.parse(new ConfigLine(text, "config/plugins", 3));
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
    @CsvSource({
        "check_earlytalker, earlytalker",
        "check_badrcptto:1, badrcptto",
        "denysoft_greylist, greylisting",
        "rcpt_ok,           rcpt_ok"
    })
    void knowsFormerNames(String written, String plugin) {
        PluginLine line = parse(written);

        assertThat(line.plugin()).isEqualTo(plugin);
        assertThat(line.isRenamed()).isEqualTo(!written.equals(plugin));
        assertThat(line.arguments()).isEmpty();
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
}
