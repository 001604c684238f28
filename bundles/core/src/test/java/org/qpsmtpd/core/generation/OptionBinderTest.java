package org.qpsmtpd.core.generation;

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
import org.qpsmtpd.core.chain.PluginFault;
import org.qpsmtpd.core.gate.OptionValue;
import org.qpsmtpd.core.generation.OptionBinder.Options;
import org.qpsmtpd.core.log.LevelSetting;

class OptionBinderTest {
    private final Map<String, AttributeDefinition> attributes = new LinkedHashMap<>();

    private void declare(String id, int type) {
        attributes.put(id, new Attribute(id, type, 0, List.of()));
    }

    private Options bind(List<String> positional, String line) throws PluginFault {
        return binder(positional).bind(line);
    }

    private OptionBinder binder(List<String> positional) {
        return new OptionBinder(attributes, Set.of("reject", "reject_type"), positional);
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
    void takesNoMisspeltNameForANumber() {
        declare("limit", AttributeDefinition.INTEGER);

        assertThatThrownBy(() -> bind(List.of("limit"), "rejct 1"))
                .hasMessage("unknown option 'rejct', did you mean 'reject'?");
        assertThatThrownBy(() -> bind(List.of("limit"), "many"))
                .hasMessageContaining("'many' is not a whole number");
    }

    @Test
    void takesAllWordsThatAreLeft() throws PluginFault {
        attributes.put("dir", new Attribute("dir", AttributeDefinition.STRING, 0, List.of()));
        attributes.put("users", new Attribute("users", AttributeDefinition.STRING, 10, List.of()));

        Options options = bind(List.of("dir", "users..."), "/var a b c");

        assertThat(options.values()).containsEntry("dir", "/var").containsOnlyKeys("dir", "users");
        assertThat(options.values().get("users")).isEqualTo(new String[] {"a", "b", "c"});
    }

    private void declareList(String id, int type) {
        attributes.put(id, new Attribute(id, type, 10, List.of()));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            textBlock =
                    """
                    caFile a maxSeconds 4 check-at b
                    cafile a maxseconds 4 CHECK_AT b
                    CAFILE a MAXSECONDS 4 Check-At b
                    """)
    void readsNamesInAnyLetterCase(String line) throws PluginFault {
        declare("caFile", AttributeDefinition.STRING);
        declare("maxSeconds", AttributeDefinition.INTEGER);
        declare("check_at", AttributeDefinition.STRING);

        assertThat(bind(line).values())
                .isEqualTo(Map.of("caFile", "a", "maxSeconds", 4, "check_at", "b"));
        String[] words = line.split(" ", -1);
        assertThat(
                        binder(List.of())
                                .bindNamed(
                                        Map.of(
                                                words[0], OptionValue.written("a"),
                                                words[2], OptionValue.written("4"),
                                                words[4], OptionValue.written("b")))
                                .values())
                .isEqualTo(Map.of("caFile", "a", "maxSeconds", 4, "check_at", "b"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            textBlock =
                    """
                    refuse pdf,doc                | pdf/doc
                    refuse pdf refuse doc         | pdf/doc
                    refuse pdf,doc REFUSE xls     | pdf/doc/xls
                    refuse "pdf,doc"              | pdf,doc
                    refuse "a b",pdf,"c d, e"     | a b/pdf/c d, e
                    refuse "a \\" b \\\\",pdf       | a " b \\/pdf
                    refuse it"s,x"y"              | it"s/x"y"
                    """)
    void readsListsInOneWay(String line, String entries) throws PluginFault {
        declareList("refuse", AttributeDefinition.STRING);

        assertThat(bind(line).values().get("refuse")).isEqualTo(entries.split("/"));
    }

    @Test
    void readsListsByPositionAndByNameInTheSameWay() throws PluginFault {
        declareList("types", AttributeDefinition.STRING);
        String[] entries = {"pdf", "doc", "x y"};

        assertThat(bind(List.of("types..."), "pdf,doc \"x y\"").values().get("types"))
                .isEqualTo(entries);
        assertThat(named("types", OptionValue.written("pdf, doc, x y"))).isEqualTo(entries);
        assertThat(named("types", OptionValue.written("pdf,doc,\"x y\""))).isEqualTo(entries);
        assertThat(named("types", new OptionValue(List.of("pdf,doc", "\"x"), true)))
                .isEqualTo(new String[] {"pdf,doc", "\"x"});
    }

    private @Nullable Object named(String name, OptionValue value) throws PluginFault {
        return binder(List.of()).bindNamed(Map.of(name, value)).values().get(name);
    }

    @Test
    void readsTextInQuotationMarks() throws PluginFault {
        declare("path", AttributeDefinition.STRING);
        declare("subdir", AttributeDefinition.STRING);

        assertThat(bind(List.of("path"), "\"/srv/my mail, all\" subdir \"\"").values())
                .isEqualTo(Map.of("path", "/srv/my mail, all", "subdir", ""));
        assertThat(bind(List.of("path"), "\"subdir\" subdir x").values())
                .isEqualTo(Map.of("path", "subdir", "subdir", "x"));
        assertThat(named("path", OptionValue.written("/srv/my mail, all")))
                .isEqualTo("/srv/my mail, all");
        assertThat(named("path", OptionValue.written("\"/srv/my mail\"")))
                .isEqualTo("/srv/my mail");
    }

    /** Such as the words of a command, which have rules of their own. */
    @Test
    void leavesALineThatOneTextTakesAsItIs() throws PluginFault {
        declare("arguments", AttributeDefinition.STRING);

        assertThat(bind(List.of("arguments..."), "a \"b  c,d loglevel").values())
                .isEqualTo(Map.of("arguments", "a \"b  c,d loglevel"));
        assertThat(bind(List.of("arguments..."), "").values()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            textBlock =
                    """
                    wiat 3             | unknown option 'wiat', did you mean 'wait'?
                    rejct 1            | unknown option 'rejct', did you mean 'reject'?
                    on-eror skip       | unknown option 'on-eror', did you mean 'on_error'?
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
                    list a,,b          | 'a,,b' is a list with an empty entry
                    list a,            | 'a,' is a list with an empty entry
                    list "a,b          | the quotation mark before 'a,b' is not closed
                    list "a"b          | '"a"b' goes on behind its closing quotation mark
                    action "log"s      | '"log"s' goes on behind its closing quotation mark
                    numbers 1,two      | option 'numbers': 'two' is not a whole number
                    """)
    void refuses(String line, String message) {
        declare("wait", AttributeDefinition.INTEGER);
        declare("flag", AttributeDefinition.BOOLEAN);
        declare("ratio", AttributeDefinition.DOUBLE);
        declareList("list", AttributeDefinition.STRING);
        declareList("numbers", AttributeDefinition.INTEGER);
        attributes.put(
                "action",
                new Attribute("action", AttributeDefinition.STRING, 0, List.of("log", "deny")));

        assertThatThrownBy(() -> bind(line)).isInstanceOf(PluginFault.class).hasMessage(message);
    }

    /** What qpsmtpd goes on with stops nothing here either, and is named. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            textBlock =
                    """
                    50 # max hops             | what follows # is left out; give the remark a line of its own
                    50 # don't "say           | what follows # is left out; give the remark a line of its own
                    50 #remark                | what follows # is left out; give the remark a line of its own
                    50 wait                   | option 'wait' has no value and is left out
                    50 5                      | '5' is no option of it and is left out; it takes deadline, flag, limit, loglevel, on_error, reject, reject_type, wait
                    50 something 1            | 'something', '1' are no options of it and are left out; it takes deadline, flag, limit, loglevel, on_error, reject, reject_type, wait
                    """)
    void goesOnWithoutWordsThatMeanNothing(String line, String remark) throws PluginFault {
        declare("limit", AttributeDefinition.INTEGER);
        declare("wait", AttributeDefinition.INTEGER);
        declare("flag", AttributeDefinition.BOOLEAN);

        Options options = bind(List.of("limit"), line);

        assertThat(options.values()).isEqualTo(Map.of("limit", 50));
        assertThat(options.remarks()).containsExactly(remark);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            textBlock =
                    """
                    has_reverse reject naughty
                    has-reverse reject=naughty
                    has_reverse=1 reject naughty
                    reject naughty has_reverse
                    reject "naughty" HAS_REVERSE yes
                    """)
    void readsFlagsAndAssignments(String line) throws PluginFault {
        declare("has_reverse", AttributeDefinition.BOOLEAN);

        Options options = bind(line);

        assertThat(options.values()).isEqualTo(Map.of("has_reverse", true, "reject", "naughty"));
        assertThat(options.remarks()).isEmpty();
        assertThat(options.has("has_reverse")).isTrue();
        assertThat(options.has("reject_type")).isFalse();
    }

    /** Neither a path nor an address is an assignment, nor is a number sign within a word. */
    @Test
    void keepsSignsWithinWords() throws PluginFault {
        declare("path", AttributeDefinition.STRING);

        assertThat(bind(List.of("path"), "/srv/a=b#c").values())
                .isEqualTo(Map.of("path", "/srv/a=b#c"));
        assertThat(bind("path #1 reject 1").values())
                .isEqualTo(Map.of("path", "#1", "reject", "1"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"log", "LOG", "\"Log\""})
    void readsDeclaredTextsInAnyLetterCase(String written) throws PluginFault {
        attributes.put(
                "action",
                new Attribute("action", AttributeDefinition.STRING, 0, List.of("log", "deny")));
        attributes.put(
                "many",
                new Attribute("many", AttributeDefinition.STRING, 9, List.of("log", "deny")));

        assertThat(bind("action " + written).values()).isEqualTo(Map.of("action", "log"));
        assertThat(bind("many DENY," + written).values().get("many"))
                .isEqualTo(new String[] {"deny", "log"});
    }
}
