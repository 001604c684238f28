package org.qpsmtpd.core.chain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.osgi.service.metatype.AttributeDefinition;
import org.qpsmtpd.core.chain.OptionBinder.Options;
import org.qpsmtpd.core.log.LevelSetting;

class OptionBinderTest {
    private final Map<String, AttributeDefinition> attributes = new LinkedHashMap<>();

    /** An option as metatype declares it. */
    record Attribute(String id, int type, int cardinality, List<String> allowed)
            implements AttributeDefinition {
        @Override
        public String getName() {
            return id;
        }

        @Override
        public String getID() {
            return id;
        }

        @Override
        public String getDescription() {
            return id;
        }

        @Override
        public int getCardinality() {
            return cardinality;
        }

        @Override
        public int getType() {
            return type;
        }

        @Override
        public String @Nullable [] getOptionValues() {
            return allowed.isEmpty() ? null : allowed.toArray(new String[0]);
        }

        @Override
        public String @Nullable [] getOptionLabels() {
            return getOptionValues();
        }

        @Override
        public @Nullable String validate(String value) {
            boolean good = allowed.isEmpty() || allowed.contains(value);
            return good ? "" : "not an option";
        }

        @Override
        public String @Nullable [] getDefaultValue() {
            return null;
        }
    }

    private void declare(String id, int type) {
        attributes.put(id, new Attribute(id, type, 0, List.of()));
    }

    private Options bind(List<String> positional, String line) throws PluginFault {
        List<String> words = line.isEmpty() ? List.of() : List.of(line.split(" "));
        return new OptionBinder(attributes, Set.of("reject", "reject_type"), positional)
                .bind(words);
    }

    private Options bind(String line) throws PluginFault {
        return bind(List.of(), line);
    }

    @Test
    void readsPairs() throws PluginFault {
        declare("wait", AttributeDefinition.INTEGER);
        declare("size", AttributeDefinition.LONG);
        declare("ratio", AttributeDefinition.DOUBLE);
        declare("defer_reject", AttributeDefinition.BOOLEAN);
        declare("action", AttributeDefinition.STRING);

        Options options =
                bind("wait 3 SIZE 5000000000 ratio 0.5 defer-reject yes action log reject naughty");

        assertThat(options.values())
                .isEqualTo(
                        Map.of(
                                "wait",
                                3,
                                "size",
                                5_000_000_000L,
                                "ratio",
                                0.5,
                                "defer_reject",
                                true,
                                "action",
                                "log",
                                "reject",
                                "naughty"));
        assertThat(options.settings().level()).isEqualTo(LevelSetting.UNCHANGED);
        assertThat(options.settings().skipOnError()).isFalse();
    }

    @Test
    void readsTheSettingsOfEveryPlugin() throws PluginFault {
        Options options = bind("loglevel -2 on_error skip");

        assertThat(options.values()).isEmpty();
        assertThat(options.settings().level()).isEqualTo(new LevelSetting(true, -2));
        assertThat(options.settings().skipOnError()).isTrue();
        assertThat(bind("on_error defer").settings().skipOnError()).isFalse();
    }

    @ParameterizedTest
    @CsvSource({
        "1, true",
        "0, false",
        "yes, true",
        "NO, false",
        "on, true",
        "off, false",
        "True, true",
        "false, false"
    })
    void readsFlags(String text, boolean value) throws PluginFault {
        declare("flag", AttributeDefinition.BOOLEAN);

        assertThat(bind("flag " + text).values()).isEqualTo(Map.of("flag", value));
    }

    @Test
    void readsWordsByPosition() throws PluginFault {
        declare("limit", AttributeDefinition.INTEGER);

        assertThat(bind(List.of("limit"), "4").values()).isEqualTo(Map.of("limit", 4));
        assertThat(bind(List.of("limit"), "4 reject 1").values())
                .isEqualTo(Map.of("limit", 4, "reject", "1"));
        assertThat(bind(List.of("limit"), "limit 4").values()).isEqualTo(Map.of("limit", 4));
        assertThat(bind(List.of("limit"), "").values()).isEmpty();
    }

    @Test
    void takesAllWordsThatAreLeft() throws PluginFault {
        attributes.put("dir", new Attribute("dir", AttributeDefinition.STRING, 0, List.of()));
        attributes.put("users", new Attribute("users", AttributeDefinition.STRING, 10, List.of()));

        Options options = bind(List.of("dir", "users..."), "/var a b c");

        assertThat(options.values()).containsEntry("dir", "/var").containsOnlyKeys("dir", "users");
        assertThat(options.values().get("users")).isEqualTo(new String[] {"a", "b", "c"});
    }

    @Test
    void collectsRepeatedOptionsOfAnArray() throws PluginFault {
        attributes.put("host", new Attribute("host", AttributeDefinition.STRING, 10, List.of()));

        assertThat(bind("host a host b").values().get("host")).isEqualTo(new String[] {"a", "b"});
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    wiat 3             | unknown option 'wiat', did you mean 'wait'?
                    rejct 1            | unknown option 'rejct', did you mean 'reject'?
                    on-eror skip       | unknown option 'on-eror', did you mean 'on_error'?
                    wait               | option 'wait' has no value
                    wait three         | option 'wait': 'three' is not a whole number
                    wait 3.5           | option 'wait': '3.5' is not a whole number
                    wait 9999999999    | option 'wait': '9999999999' is too large
                    wait 3 wait 4      | option 'wait' is given more than once
                    reject 1 reject 0  | option 'reject' is given more than once
                    flag maybe         | option 'flag': 'maybe' is not 0 or 1
                    ratio half         | option 'ratio': 'half' is not a number
                    action shout       | option 'action': 'shout' is not allowed, use one of log, deny
                    on_error explode   | on_error 'explode' is not one of defer, skip
                    loglevel +9        | loglevel '+9' is not -7 to +7
                    """)
    void refuses(String line, String message) {
        declare("wait", AttributeDefinition.INTEGER);
        declare("flag", AttributeDefinition.BOOLEAN);
        declare("ratio", AttributeDefinition.DOUBLE);
        attributes.put(
                "action",
                new Attribute("action", AttributeDefinition.STRING, 0, List.of("log", "deny")));

        assertThatThrownBy(() -> bind(line)).isInstanceOf(PluginFault.class).hasMessage(message);
    }

    @ParameterizedTest
    @ValueSource(strings = {"something 1", "xyz"})
    void namesWhatThereIsWhenNothingIsNear(String line) {
        declare("wait", AttributeDefinition.INTEGER);

        assertThatThrownBy(() -> bind(line))
                .hasMessageEndingWith(
                        ", it takes deadline, loglevel, on_error, reject, reject_type, wait");
    }
}
