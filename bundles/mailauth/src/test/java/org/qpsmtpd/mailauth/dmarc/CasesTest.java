package org.qpsmtpd.mailauth.dmarc;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;

/** The cases of RFC 9989 in {@code rfc9989-cases.yml}. */
final class CasesTest {
    private static final int CASES = 52;

    /** Where the cases allow another answer, it is not taken. */
    record Case(String id, Map<?, ?> parts) {
        @Override
        public String toString() {
            return id;
        }

        List<?> list(String part) {
            Object value = parts.get(part);
            return value instanceof List<?> all ? all : value == null ? List.of() : List.of(value);
        }

        Map<?, ?> expected() {
            return (Map<?, ?>) Objects.requireNonNull(parts.get("expect"), id);
        }
    }

    static Stream<Case> cases() throws IOException {
        try (InputStream in = CasesTest.class.getResourceAsStream("rfc9989-cases.yml")) {
            Map<?, ?> all = new Yaml(new SafeConstructor(new LoaderOptions())).load(in);
            List<?> cases = (List<?>) Objects.requireNonNull(all.get("cases"));
            assertThat(cases).hasSize(CASES);
            return cases.stream()
                    .map(each -> (Map<?, ?>) each)
                    .map(each -> new Case("" + each.get("id"), each));
        }
    }

    @ParameterizedTest
    @MethodSource("cases")
    void comesOutAsTheRfcSays(Case each) {
        Tree tree = new Tree();
        Map<?, ?> texts = (Map<?, ?>) Objects.requireNonNull(each.parts().get("txt"));
        texts.forEach((name, records) -> tree.texts("" + name, (List<?>) records));
        each.list("exists").forEach(name -> tree.exists("" + name));
        each.list("servfail").forEach(name -> tree.fails("" + name));
        each.list("spf").forEach(domain -> tree.spf("" + domain));
        each.list("dkim").forEach(domain -> tree.dkim("" + domain));

        DmarcVerdict verdict =
                tree.evaluate(
                        each.list("from").stream().map(String::valueOf).toArray(String[]::new));

        each.expected().forEach((what, value) -> verify("" + what, value, verdict));
    }

    private static void verify(String what, Object expected, DmarcVerdict verdict) {
        if (what.equals("queries")) {
            List<?> asked = verdict.questions();
            List<?> first = (List<?>) expected;
            assertThat(asked.subList(0, Math.min(first.size(), asked.size()))).isEqualTo(first);
            return;
        }
        Object found =
                switch (what) {
                    case "result" -> verdict.result().word();
                    case "policy" -> verdict.policy().word();
                    case "policy_domain" -> verdict.policyDomain();
                    case "org_domain" -> verdict.organizationalDomain();
                    case "spf_aligned" -> verdict.isSpfAligned();
                    case "dkim_aligned" -> verdict.isDkimAligned();
                    default -> throw new IllegalArgumentException(what);
                };
        assertThat(found).as("%s of %s", what, verdict).isEqualTo(expected);
    }
}
