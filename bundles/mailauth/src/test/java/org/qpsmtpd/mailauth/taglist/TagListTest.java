package org.qpsmtpd.mailauth.taglist;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class TagListTest {
    @Test
    void readsTags() {
        TagList tags = TagList.parse("v=1; a = b c ;\r\n\td=e=f;;".replace(";;", ";"));

        assertThat(tags.fault()).isEmpty();
        assertThat(tags.get("v")).isEqualTo("1");
        assertThat(tags.get("a")).isEqualTo("b c");
        assertThat(tags.compact("a")).isEqualTo("bc");
        assertThat(tags.get("d")).isEqualTo("e=f");
        assertThat(tags.get("D")).isNull();
        assertThat(tags.isFirst("v")).isTrue();
        assertThat(tags.isFirst("a")).isFalse();
        assertThat(tags.names()).containsExactlyInAnyOrder("v", "a", "d");
    }

    @Test
    void saysWhereAValueStandsWithItsBlanks() {
        String text = "v=1; b = x \r\n y ; c=2";
        TagList tags = TagList.parse(text);

        assertThat(text.substring(tags.start("b"), tags.end("b"))).isEqualTo(" x \r\n y ");
        assertThat(tags.start("x")).isEqualTo(-1);
        assertThat(tags.end("x")).isEqualTo(-1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"a=", "a= ", "a=;", "a=; ", " a = ; ", "a=\u00fc", "a_1=", "\r\n\ta=1"})
    void isATagList(String text) {
        assertThat(TagList.parse(text).fault()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                ";",
                "a",
                "a=1;;b=2",
                ";a=1",
                "a=1; ;",
                "a=1;a=2",
                "a=1;a=1",
                "1a=2",
                "_a=2",
                "a b=1",
                "=1",
                "a-b=1",
                "a=\0",
                "a=\u007f",
                "\u00fc=1",
                "a=1; b",
                "a=1;;"
            })
    void isNone(String text) {
        TagList tags = TagList.parse(text);
        assertThat(tags.fault()).isPresent();
        assertThat(tags.names()).isEmpty();
    }

    @Test
    void doesNotTakeAnyNumberOfTags() {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < 100_000; i++) {
            text.append('t').append(i).append("=;");
        }
        assertThat(TagList.parse(text.toString()).fault()).contains("it has too many tags");
    }

    @Test
    void mayLeaveOutWhatIsNoTag() {
        TagList tags = TagList.tolerant("v=1; V=2; x y=3; z; ; =4; a=\u0001; B=5;");

        assertThat(tags.fault()).isEmpty();
        assertThat(tags.names()).containsExactlyInAnyOrder("v", "b");
        assertThat(tags.get("v")).isEqualTo("1");
        assertThat(tags.isRepeated("v")).isTrue();
        assertThat(tags.isRepeated("b")).isFalse();
        assertThat(TagList.tolerant("z;").fault()).isPresent();
    }
}
