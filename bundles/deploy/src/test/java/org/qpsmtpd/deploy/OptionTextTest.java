package org.qpsmtpd.deploy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.qpsmtpd.core.gate.OptionValue;

class OptionTextTest {
    private static Map<String, List<String>> read(String text) throws JarFault {
        Map<String, List<String>> texts = new HashMap<>();
        values(text).forEach((name, value) -> texts.put(name, value.texts()));
        return texts;
    }

    private static Map<String, OptionValue> values(String text) throws JarFault {
        return OptionText.read(text, Map.of("karaf.base", "/srv/karaf")::get);
    }

    private static String value(String written) throws JarFault {
        return read("key = " + written + "\n").getOrDefault("key", List.of()).get(0);
    }

    @Test
    void readsLinesCommentsAndContinuedLines() throws JarFault {
        assertThat(read("# a comment\n! another\n\nlimit=4\r\n  host : a \\\n    b\nflag\nx y"))
                .isEqualTo(
                        Map.of(
                                "limit", List.of("4"),
                                "host", List.of("a b"),
                                "flag", List.of(""),
                                "x", List.of("y")));
        assertThat(read("")).isEmpty();
    }

    @Test
    void readsEscapes() throws JarFault {
        assertThat(value("a\\tb\\u00e9\\=\\\\c\\n")).isEqualTo("a\tb\u00e9=\\c\n");
        assertThat(read("a\\ b\\:c = d")).containsOnlyKeys("a b:c");
        assertThat(read("a = b\\\\\nc = d")).containsEntry("a", List.of("b\\")).hasSize(2);
    }

    @Test
    void readsQuotedValuesWhenAllAreQuoted() throws JarFault {
        assertThat(
                        read(
                                "a = \"x \\\" y\"\nb=I\"5\"\nc = [ \\\n \"1\", \\\n \"2\", \\\n ]\nd ="
                                        + " (\"z\")\ne=T[]"))
                .isEqualTo(
                        Map.of(
                                "a", List.of("x \" y"),
                                "b", List.of("5"),
                                "c", List.of("1", "2"),
                                "d", List.of("z"),
                                "e", List.of()));
        assertThat(read("a = \"x\"\nb = y")).containsEntry("a", List.of("\"x\""));
    }

    @Test
    void tellsValuesInQuotesFromThoseThatAreWrittenAsOnALine() throws JarFault {
        assertThat(values("a = pdf,doc")).containsEntry("a", OptionValue.written("pdf,doc"));
        assertThat(values("a = \"pdf,doc\""))
                .containsEntry("a", new OptionValue(List.of("pdf,doc"), true));
    }

    @Test
    void replacesProperties() throws JarFault {
        assertThat(value("${karaf.base}/mail ${env:PATH}"))
                .isEqualTo("/srv/karaf/mail " + System.getenv("PATH"));
        assertThat(value("\\\\${karaf.base}")).isEqualTo("${karaf.base}");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "a = \\u12",
                "a = \\u12g4",
                "a = b\\",
                "a = ${unknown.property}",
                "a = [\"b\" \"c\"]",
                "a = [b]",
                "a = [\"b]",
                "a = \"b\" \"c\""
            })
    void refusesWhatIsIllFormed(String text) {
        assertThatThrownBy(() -> read(text))
                .isInstanceOfSatisfying(
                        JarFault.class,
                        fault -> assertThat(fault.kind()).isEqualTo(JarFault.Kind.ILL_WRITTEN));
    }
}
