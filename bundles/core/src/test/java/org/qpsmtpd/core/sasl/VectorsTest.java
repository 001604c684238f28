package org.qpsmtpd.core.sasl;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.qpsmtpd.api.auth.SaslExchange;
import org.qpsmtpd.api.auth.SaslMechanism;
import org.qpsmtpd.api.auth.SaslStep;
import org.qpsmtpd.api.auth.ScramHash;
import org.qpsmtpd.api.auth.Secret;
import org.qpsmtpd.api.auth.StoredKeys;
import org.qpsmtpd.api.auth.TokenVerdict;
import org.yaml.snakeyaml.Yaml;

/** The exchanges of the RFCs, and those that must fail. */
class VectorsTest {
    private static final String FIRST = "n,,n=user,r=client";
    private static final StoredKeys KEYS =
            StoredKeys.derive(
                    ScramHash.SHA_256, Secret.of("pencil"), new byte[] {1, 2, 3, 4}, 4096);

    private KnownUsers users = new KnownUsers();

    private static Map<String, List<Map<String, Object>>> vectors() throws IOException {
        try (InputStream in = VectorsTest.class.getResourceAsStream("/sasl/vectors.yml")) {
            return new Yaml().load(in);
        }
    }

    private static List<Map<String, Object>> rows(String name) throws IOException {
        return vectors().getOrDefault(name, List.of());
    }

    private static String text(Map<String, Object> row, String key) {
        return String.valueOf(row.getOrDefault(key, ""));
    }

    private static byte[] octets(Map<String, Object> row, String key) {
        return Base64.getDecoder().decode(text(row, key));
    }

    private static SaslStep say(SaslExchange exchange, String message) {
        return say(exchange, message.getBytes(StandardCharsets.UTF_8));
    }

    private static SaslStep say(SaslExchange exchange, byte[] message) {
        return exchange.respond(message).toCompletableFuture().join();
    }

    private static String said(SaslStep step) {
        return new String(step.octets(), StandardCharsets.UTF_8);
    }

    @TestFactory
    Stream<DynamicTest> scram() throws IOException {
        return rows("scram").stream()
                .map(row -> DynamicTest.dynamicTest(text(row, "id"), () -> playScram(row)));
    }

    private void playScram(Map<String, Object> row) {
        users = new KnownUsers();
        String name = text(row, "mechanism");
        boolean plus = name.endsWith("-PLUS");
        ScramHash hash = ScramHash.ofMechanism(name.replace("-PLUS", "")).orElseThrow();
        StoredKeys keys =
                StoredKeys.derive(
                        hash,
                        Secret.of(text(row, "password")),
                        octets(row, "salt"),
                        Integer.parseInt(text(row, "iterations")));
        assertThat(keys.storedKey()).isEqualTo(octets(row, "stored_key"));
        users.knowing(text(row, "username"), keys)
                .bound(text(row, "channel_binding_type"), octets(row, "channel_binding_data"));
        SaslExchange exchange =
                new ScramMechanism(hash, plus, () -> text(row, "server_nonce")).begin(users);

        SaslStep first = say(exchange, text(row, "client_first"));
        if (!text(row, "authzid").isEmpty()) { // nobody acts for another one here
            assertThat(first.kind()).isEqualTo(SaslStep.Kind.FAILURE);
            return;
        }
        assertThat(said(first)).isEqualTo(text(row, "server_first"));
        SaslStep last = say(exchange, text(row, "client_final"));
        assertThat(last.kind()).isEqualTo(SaslStep.Kind.SUCCESS);
        assertThat(last.user()).isEqualTo(text(row, "username"));
        assertThat(said(last)).isEqualTo(text(row, "server_final"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    n,,n=user,r=client       | c=biws,r=client.server,p=AAAA | FAILURE
                    n,,n=user,r=client       | c=biws,r=client.other,p=AAAA  | FAILURE
                    n,,n=user,r=client       | c=eSws,r=client.server,p=AAAA | FAILURE
                    n,,n=user,r=client       | c=biws,r=client.server,p=?    | MALFORMED
                    n,,n=user,r=client       | c=biws,r=client.server        | MALFORMED
                    n,,n=user,r=client       | ''                            | MALFORMED
                    n,,n=other,r=client      | c=biws,r=client.server,p=AAAA | FAILURE
                    p=tls-exporter,,n=user,r=client | '' | FAILURE
                    y,,n=user,r=client       | ''                            | FAILURE
                    n,,m=ext,n=user,r=client | ''                            | MALFORMED
                    n,,n=a=2Xb,r=client      | ''                            | MALFORMED
                    n,,n=,r=client           | ''                            | FAILURE
                    n,,n=user                | ''                            | MALFORMED
                    n,,n=user,r=             | ''                            | MALFORMED
                    n,a=other,n=user,r=client | ''                           | FAILURE
                    x,,n=user,r=client       | ''                            | MALFORMED
                    ''                       | ''                            | MALFORMED
                    """)
    void scramFails(String first, String second, SaslStep.Kind kind) {
        users.knowing("user", KEYS).offering("SCRAM-SHA-256-PLUS");
        SaslExchange exchange =
                new ScramMechanism(ScramHash.SHA_256, false, () -> ".server").begin(users);

        SaslStep step = say(exchange, first);
        if (step.kind() == SaslStep.Kind.CHALLENGE) {
            step = say(exchange, second);
        }
        assertThat(step.kind()).isEqualTo(kind);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "n,,n=user,r=client",
                "y,,n=user,r=client",
                "p=tls-unknown,,n=user,r=client"
            })
    void scramPlusWantsABinding(String first) {
        users.knowing("user", KEYS).bound("tls-exporter", new byte[] {1});
        SaslExchange exchange =
                new ScramMechanism(ScramHash.SHA_256, true, () -> ".server").begin(users);
        assertThat(say(exchange, first).kind()).isEqualTo(SaslStep.Kind.FAILURE);
    }

    @Test
    void scramPlusWantsTheBindingOfThisConnection() {
        users.knowing("user", KEYS).bound("tls-exporter", new byte[] {1});
        SaslExchange exchange =
                new ScramMechanism(ScramHash.SHA_256, true, () -> ".server").begin(users);
        say(exchange, "p=tls-exporter,,n=user,r=client");
        String other =
                Base64.getEncoder()
                        .encodeToString("p=tls-exporter,,\u0002".getBytes(StandardCharsets.UTF_8));
        assertThat(say(exchange, "c=" + other + ",r=client.server,p=AAAA").reason())
                .contains("channel binding");
    }

    @Test
    void scramTakesNoLongNonce() {
        SaslExchange exchange =
                new ScramMechanism(ScramHash.SHA_256, false, () -> ".server").begin(users);
        assertThat(say(exchange, FIRST + "x".repeat(1_000_000)).kind())
                .isEqualTo(SaslStep.Kind.MALFORMED);
    }

    @Test
    void decoysAreAlwaysTheSameAndDependOnTheSecret() {
        DecoyKeys decoys = new DecoyKeys();
        StoredKeys one = decoys.of("a secret", ScramHash.SHA_256, "nobody", 4096);
        assertThat(new DecoyKeys().of("a secret", ScramHash.SHA_256, "nobody", 4096).format())
                .isEqualTo(one.format());
        assertThat(decoys.of("a secret", ScramHash.SHA_256, "anybody", 4096).salt())
                .isNotEqualTo(one.salt());
        assertThat(decoys.of("", ScramHash.SHA_256, "nobody", 4096).salt())
                .isNotEqualTo(one.salt())
                .hasSize(StoredKeys.USUAL_SALT);
    }

    @TestFactory
    Stream<DynamicTest> plain() throws IOException {
        return rows("others").stream()
                .filter(row -> text(row, "mechanism").equals("PLAIN"))
                .map(row -> DynamicTest.dynamicTest(text(row, "id"), () -> playPlain(row)));
    }

    private void playPlain(Map<String, Object> row) {
        users = new KnownUsers();
        String initial = text(row, "initial");
        byte[] octets = initial.equals("=") ? new byte[0] : octets(row, "initial");
        SaslStep step = say(new PlainMechanism().begin(users), octets);
        boolean own = row.containsKey("authcid") && text(row, "authzid").isEmpty();
        if (own) {
            assertThat(users.asked()).isEqualTo(text(row, "authcid") + " " + text(row, "password"));
        } else {
            assertThat(step.kind()).isIn(SaslStep.Kind.FAILURE, SaslStep.Kind.MALFORMED);
            assertThat(users.asked()).isEmpty();
        }
    }

    @Test
    void loginAsksForBoth() {
        SaslExchange exchange = new LoginMechanism().begin(users);
        assertThat(said(exchange.start().toCompletableFuture().join())).isEqualTo("Username:");
        assertThat(said(say(exchange, "tim"))).isEqualTo("Password:");
        say(exchange, "tanstaaf");
        assertThat(users.asked()).isEqualTo("tim tanstaaf");
    }

    @Test
    void cramMd5IsThatOfTheRfc() {
        users.named("postoffice.reston.mci.net");
        SaslExchange exchange = new CramMd5Mechanism(() -> "1896.697170952").begin(users);
        assertThat(say(exchange, "tim b913a602c7eda7a495b4e6e7334d3890").kind())
                .isEqualTo(SaslStep.Kind.MALFORMED);
        exchange.start();
        users.secret("tim", "tanstaaftanstaaf");
        assertThat(say(exchange, "tim b913a602c7eda7a495b4e6e7334d3890").kind())
                .isEqualTo(SaslStep.Kind.SUCCESS);
        assertThat(say(exchange, "tim b913a602c7eda7a495b4e6e7334d3891").kind())
                .isEqualTo(SaslStep.Kind.FAILURE);
        assertThat(say(exchange, "tim b913").kind()).isEqualTo(SaslStep.Kind.MALFORMED);
    }

    @TestFactory
    Stream<DynamicTest> tokens() throws IOException {
        return rows("others").stream()
                .filter(row -> row.containsKey("token"))
                .map(row -> DynamicTest.dynamicTest(text(row, "id"), () -> playToken(row)));
    }

    private static SaslMechanism bearer(String name) {
        return new BearerMechanism(
                name, name.equals("XOAUTH2") ? BearerText::xoauth2 : BearerText::oauthBearer);
    }

    private void playToken(Map<String, Object> row) {
        users = new KnownUsers();
        String user = text(row, "username") + text(row, "authzid");
        users.judging(TokenVerdict.accepted(user));
        SaslStep step = say(bearer(text(row, "mechanism")).begin(users), octets(row, "initial"));
        assertThat(step.kind()).isEqualTo(SaslStep.Kind.SUCCESS);
        assertThat(users.asked()).isEqualTo(user + " " + text(row, "token"));
    }

    @Test
    void aRefusedTokenIsExplainedFirst() {
        users.judging(TokenVerdict.refused("expired").withHint("invalid_token", "mail", ""));
        SaslExchange exchange = bearer("OAUTHBEARER").begin(users);
        SaslStep why = say(exchange, "n,a=ann,\u0001auth=Bearer abc\u0001\u0001");
        assertThat(said(why)).isEqualTo("{\"status\":\"invalid_token\",\"scope\":\"mail\"}");
        SaslStep end = say(exchange, "\u0001");
        assertThat(end.kind()).isEqualTo(SaslStep.Kind.FAILURE);
        assertThat(end.reason()).isEqualTo("expired");
    }

    @ParameterizedTest
    @CsvSource({
        "'n,,\u0001host=x\u0001\u0001', CHALLENGE",
        "'n,,\u0001auth=Bearer x\u0001', MALFORMED",
        "'n,,\u0001auth=Basic x\u0001\u0001', MALFORMED",
        "'p=tls-exporter,,\u0001auth=Bearer x\u0001\u0001', MALFORMED",
        "'n,a=other,\u0001auth=Bearer x\u0001\u0001', CHALLENGE",
        "'', MALFORMED"
    })
    void tokensFail(String message, SaslStep.Kind kind) {
        users.judging(TokenVerdict.accepted("ann"));
        assertThat(say(bearer("OAUTHBEARER").begin(users), message).kind()).isEqualTo(kind);
    }
}
