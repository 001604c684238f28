package org.qpsmtpd.core.session;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.qpsmtpd.api.answer.Action;
import org.qpsmtpd.api.hook.ParsedCommand;
import org.qpsmtpd.api.mail.Parameters;

class PathArgumentTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    FROM:a@b.c                       | a@b.c
                    FROM:                            | <>
                    FROM: <a@b.c>                    | <a@b.c>
                    FROM:   <>                       | <>
                    from:<a@b.c>                     | <a@b.c>
                    FROM:<a@b.c>X                    | <a@b.c>X
                    FROM:<@a,@b:u@h.org>             | <@a,@b:u@h.org>
                    FROM:<#@[]>                      | <#@[]>
                    FROM:<ask @perl.org>             | <ask @perl.org>
                    FROM:<foo bar@example.com> X     | <foo bar@example.com>
                    FROM: user=x@y                   | user=x@y
                    """)
    void findsTheSender(String argument, String path) {
        ParsedCommand command = PathArgument.parse(argument, "from");

        assertThat(command.outcome().action()).isEqualTo(Action.OK);
        assertThat(command.argument()).isEqualTo(path);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    <a@b.c>                              | Syntax error in command
                    FROM : <a@b.c>                       | Syntax error in command
                    FROM                                 | Syntax error in command
                    TO:<a@b.c>                           | Syntax error in command
                    FROM:<a@b.c> SIZE=1 SIZE=2 A==B      | Syntax error in parameters
                    FROM:<a@b.c> =1                      | Syntax error in parameters
                    FROM:<a@b.c> -X=1                    | Syntax error in parameters
                    FROM:<a@b.c> X_Y=1                   | Syntax error in parameters
                    FROM:<a@b.c> X=                      | Syntax error in parameters
                    """)
    void refuses(String argument, String text) {
        ParsedCommand command = PathArgument.parse(argument, "from");

        assertThat(command.outcome().action()).isEqualTo(Action.DENY);
        assertThat(command.outcome().text()).isEqualTo(text);
    }

    @ParameterizedTest
    @CsvSource({"TO:<foo>", "TO:foo", "TO:<foo> X=1"})
    void refusesRecipientsWithoutHost(String argument) {
        assertThat(PathArgument.parse(argument, "to").outcome().text())
                .isEqualTo("Syntax error in address");
    }

    @ParameterizedTest
    @CsvSource({"TO:<abuse>, <abuse>", "TO:<PostMaster>, <PostMaster>", "TO:<>, <>", "TO:, ''"})
    void leavesTheseRecipientsToTheAddressParser(String argument, String path) {
        assertThat(PathArgument.parse(argument, "to"))
                .isEqualTo(ParsedCommand.of(path, Parameters.NONE));
    }

    @Test
    void peelsParametersOff() {
        ParsedCommand command =
                PathArgument.parse(
                        "TO:<u@example.com>  Notify=NEVER \t ORCPT=rfc822;u@example.com FLAG ",
                        "to");

        assertThat(command.argument()).isEqualTo("<u@example.com>");
        assertThat(command.parameters().values())
                .isEqualTo(
                        Map.of(
                                "notify", "NEVER",
                                "orcpt", "rfc822;u@example.com",
                                "flag", ""));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '\'',
            textBlock =
                    """
                    <"first last=acme"@example.com>          | <"first last=acme"@example.com>
                    <"a b"@example.com> NOTIFY=NEVER         | <"a b"@example.com>
                    <"a b=c"@example.com> NOTIFY=NEVER       | <"a b=c"@example.com>
                    <"a\\" b=c"@example.com>                 | <"a\\" b=c"@example.com>
                    <"a\\\\" b=c@example.com>                 | <"a\\\\" b=c@example.com>
                    <"a> b=c"@example.com> NOTIFY=NEVER      | <"a> b=c"@example.com>
                    <x."a NOTIFY=b"@example.com>             | <x."a NOTIFY=b"@example.com>
                    <@r:"a b=c"@example.com> NOTIFY=NEVER    | <@r:"a b=c"@example.com>
                    "a b=c"@example.com NOTIFY=NEVER         | "a b=c"@example.com
                    <u@example.com> ORCPT=rfc822;"u"@x       | <u@example.com>
                    <u@example.com> ORCPT="a B=c             | <u@example.com>
                    """)
    void takesQuotedStringsForPartsOfThePath(String argument, String path) {
        assertThat(PathArgument.parse("TO:" + argument, "to").argument()).isEqualTo(path);
    }

    @Test
    void takesTheFirstOfSeveral() {
        assertThat(
                        PathArgument.parse("FROM:<a@b.c> SIZE=1 SIZE=2", "from")
                                .parameters()
                                .get("size"))
                .contains("1");
    }

    @Test
    void isQuickWithManyParameters() {
        String many = " X=1".repeat(500_000);

        assertThat(PathArgument.parse("FROM:<a@b.c>" + many, "from").argument())
                .isEqualTo("<a@b.c>");
    }
}
