package org.qpsmtpd.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.qpsmtpd.api.peer.PeerFailure;

final class JsonTest {
    @Test
    void tellsWhatIsThere() {
        Json json =
                Json.parse(
                        "it",
                        """
                        {"text": "a", "number": 2.5, "flag": true, "list": ["x", "", 3, "y"],
                         "inner": {"name": "b"}, "nothing": null}
                        """);

        assertThat(json.names())
                .containsExactly("text", "number", "flag", "list", "inner", "nothing");
        assertThat(json.text("text")).isEqualTo("a");
        assertThat(json.number("number")).hasValue(2.5);
        assertThat(json.isTrue("flag")).isTrue();
        assertThat(json.texts("list")).containsExactly("x", "y");
        assertThat(json.member("list").entries()).hasSize(4);
        assertThat(json.member("list").isList()).isTrue();
        assertThat(json.member("inner").isObject()).isTrue();
        assertThat(json.member("inner").text("name")).isEqualTo("b");
        assertThat(json.has("inner")).isTrue();
        assertThat(json.has("nothing")).isFalse();
    }

    @Test
    void whatIsMissingOrOfAnotherKindIsEmpty() {
        Json json = Json.parse("it", "{\"a\": \"1\", \"b\": 1e300, \"c\": [], \"d\": \"true\"}");

        assertThat(json.text("missing")).isEmpty();
        assertThat(json.number("a")).isEmpty();
        assertThat(json.number("b")).isEmpty();
        assertThat(json.text("c")).isEmpty();
        assertThat(json.isTrue("d")).isFalse();
        assertThat(json.member("a").names()).isEmpty();
        assertThat(json.member("a").member("b").has("c")).isFalse();
        assertThat(json.texts("a")).containsExactly("1");
        assertThat(json.member("missing").entries()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "[]", "{} {}", "{", "{'a': 1}", "{\"a\": NaN}", "hello", "null"})
    void refusesWhatIsNotOneObject(String text) {
        assertThatThrownBy(() -> Json.parse("it", text))
                .isInstanceOf(PeerFailure.class)
                .hasMessageStartingWith("it is no JSON object: ");
    }

    @Test
    void refusesWhatIsNestedTooDeeply() {
        String text = "{\"a\":".repeat(33) + "1" + "}".repeat(33);

        assertThatThrownBy(() -> Json.parse("it", text)).isInstanceOf(PeerFailure.class);
    }

    @Test
    void writesValues() {
        Map<String, Object> value = new LinkedHashMap<>();
        value.put("b", List.of("<\"\u0001>", 5, true));
        value.put("a", null);

        assertThat(Json.write(value)).isEqualTo("{\"b\":[\"<\\\"\\u0001>\",5,true],\"a\":null}");
    }
}
