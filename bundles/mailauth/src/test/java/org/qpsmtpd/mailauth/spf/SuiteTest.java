package org.qpsmtpd.mailauth.spf;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.qpsmtpd.mailauth.ZoneDns;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;

/** The test suite of RFC 7208, where it lies beside the checkout. */
final class SuiteTest {
    private static final Path SUITE =
            Path.of("../../../shared/suites/spf/openspf/rfc7208-tests.yml");
    private static final int CASES = 203;

    private static final ExecutorService OTHER_THREAD = Executors.newSingleThreadExecutor();

    @BeforeAll
    static void suiteIsThere() {
        Assumptions.assumeTrue(Files.isReadable(SUITE), "no suites beside the checkout");
    }

    @AfterAll
    static void end() {
        OTHER_THREAD.shutdown();
    }

    /** A case and the records that it is about. */
    record Case(String name, Map<?, ?> test, Map<?, ?> zone) {
        @Override
        public String toString() {
            return name;
        }

        ZoneDns fill(ZoneDns dns) {
            zone.forEach((name, records) -> ((List<?>) records).forEach(r -> add(dns, name, r)));
            return dns;
        }

        private static void add(ZoneDns dns, Object name, Object record) {
            if (record instanceof Map<?, ?> typed) {
                typed.forEach((type, value) -> dns.with("" + name, "" + type, value));
            } else {
                dns.with("" + name, "" + record, "");
            }
        }

        SpfRequest request() throws IOException {
            String sender = "" + test.get("mailfrom");
            int at = sender.lastIndexOf('@');
            return SpfRequest.mailFrom(
                    InetAddress.getByName("" + test.get("host")),
                    "" + test.get("helo"),
                    at < 0 ? "" : sender.substring(0, at),
                    sender.substring(at + 1));
        }

        List<?> results() {
            Object result = Objects.requireNonNull(test.get("result"), "result");
            return result instanceof List<?> some ? some : List.of(result);
        }
    }

    static Stream<Case> cases() throws IOException {
        if (!Files.isReadable(SUITE)) {
            return Stream.of(new Case("missing", Map.of(), Map.of()));
        }
        List<Case> cases = new ArrayList<>();
        Yaml yaml = new Yaml(new SafeConstructor(new LoaderOptions()));
        for (Object scenario : yaml.loadAll(Files.readString(SUITE, UTF_8))) {
            Map<?, ?> parts = (Map<?, ?>) scenario;
            Map<?, ?> tests = part(parts, "tests");
            Map<?, ?> zone = part(parts, "zonedata");
            tests.forEach((name, test) -> cases.add(new Case("" + name, (Map<?, ?>) test, zone)));
        }
        assertThat(cases).hasSize(CASES);
        return cases.stream();
    }

    private static Map<?, ?> part(Map<?, ?> parts, String name) {
        return (Map<?, ?>) Objects.requireNonNull(parts.get(name), name);
    }

    @ParameterizedTest
    @MethodSource("cases")
    void answersAtOnce(Case each) throws Exception {
        verify(each, each.fill(new ZoneDns()));
    }

    @ParameterizedTest
    @MethodSource("cases")
    void answersLater(Case each) throws Exception {
        verify(each, each.fill(new ZoneDns(OTHER_THREAD)));
    }

    private static void verify(Case each, ZoneDns dns) throws Exception {
        SpfVerdict verdict =
                new SpfChecker(dns, SpfSettings.of("receiver.example"))
                        .check(each.request())
                        .toCompletableFuture()
                        .get();

        assertThat((Object) verdict.result().word()).as("%s", verdict).isIn(each.results());
        Object explanation = each.test().get("explanation");
        if (explanation != null) {
            String expected = explanation.equals("DEFAULT") ? "" : "" + explanation;
            assertThat(verdict.explanation()).isEqualTo(expected);
        }
    }
}
