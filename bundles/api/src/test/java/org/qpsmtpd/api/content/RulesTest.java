package org.qpsmtpd.api.content;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.function.Predicate;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.qpsmtpd.api.service.Patterns;

class RulesTest {
    private static final Patterns PATTERNS =
            (regex, ignoreCase) ->
                    Pattern.compile(regex, ignoreCase ? Pattern.CASE_INSENSITIVE : 0).asPredicate();

    private static Predicate<String> pattern(String word) {
        return new RuleLine(word).pattern(PATTERNS, false);
    }

    @ParameterizedTest
    @CsvSource({
        "*.exe, A.EXE, true",
        "*.exe, a.exe.txt, false",
        "a?c, abc, true",
        "a.c, abc, false",
        "a_$(c), a_$(c), true",
        "/a.c/, xabcx, true",
        "/a.c/, ABC, false",
        "/a.c/i, ABC, true",
        "/a/b/, a/b, true",
        "/a\\/ b/, a/ b, true"
    })
    void aPatternIsAnExpressionOrHasWildcards(String word, String text, boolean matches) {
        assertThat(pattern(word).test(text)).isEqualTo(matches);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "/a", "//", "/a/x"})
    void aPatternWithoutEndIsNone(String word) {
        assertThatThrownBy(() -> pattern(word)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void readsALineWordByWord() {
        RuleLine line = new RuleLine("  name /a b/i  tag:X-Name  some text ");

        assertThat(line.word("place")).isEqualTo("name");
        assertThat(line.pattern(PATTERNS, false).test("A B")).isTrue();
        assertThat(line.read()).isEqualTo("name /a b/i");
        assertThat(RuleAction.parse(line))
                .isEqualTo(new RuleAction(RuleAction.Kind.TAG, "X-Name", "some text"));
    }

    @Test
    void aScoreIsANumber() {
        assertThat(RuleAction.parse(new RuleLine("SCORE:-2.5")).score()).isEqualTo(-2.5);
        assertThat(RuleAction.parse(new RuleLine("deny no")).score()).isZero();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "reject",
                "tag",
                "tag:",
                "tag:A B:",
                "tag:ä",
                "score",
                "score:x",
                "score:NaN",
                "score:1e9",
                "deny:x"
            })
    void refusesOtherActions(String words) {
        assertThatThrownBy(() -> RuleAction.parse(new RuleLine(words.replace(" B", "\u0001"))))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("'");
    }
}
