package org.qpsmtpd.api.content;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class HtmlTextTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            value = {
                "no tags|no tags",
                "exa<b>mp</b>le.com|example.com",
                "exa<!-- a > b -->mple.com|example.com",
                "a<p class=x>b</p>|a/b/",
                "a < b > c|a < b > c",
                "<script>var a = '<b>';</script>b|//b",
                "<style>p {}</style >b|//b",
                "<script>without end|/without end",
                "<!-- without end|~ without end~",
                "<!--[if mso]>shown<![endif]-->|shown/",
                "a&period;b&#46;c&#x2e;d&#46e|a.b.c.d.e",
                "a&amp;b &nosuch; &amp &#; &#0; &#x110000;|a&b &nosuch; &amp &#; &#0; &#x110000;",
                "v&shy;iagra|viagra",
                "<a title=\"a > b\">x</a>|x",
                "<a href='x|~~",
                "a <|a <"
            })
    void showsTheText(String html, String text) {
        assertThat(HtmlText.of(html).text().replace('\n', '/')).isEqualTo(text);
    }

    @Test
    void hasWhatAttributesLeadTo() {
        HtmlText page =
                HtmlText.of(
                        "<A HREF = \"http://a&#46;example/?a&amp;b\" id=x><img src=//b.example/x.png>"
                                + "<meta http-equiv=refresh content='0;url=http://c.example/'>"
                                + "<p title=http://d.example/ style='background:url(e.example)'/>");

        assertThat(page.links())
                .containsExactly(
                        "http://a.example/?a&b",
                        "//b.example/x.png",
                        "0;url=http://c.example/",
                        "background:url(e.example)");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "<",
                "<a '",
                "<a \"",
                "<!--",
                "<!--[",
                "<script>",
                "</",
                "<a b=",
                "&#",
                "&a"
            })
    void takesTimeInLineWithThePage(String piece) {
        String page = piece.repeat(50_000);
        Assertions.assertTimeoutPreemptively(
                Duration.ofSeconds(20), () -> HtmlText.of(page).text());
    }
}
