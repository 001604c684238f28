package org.qpsmtpd.plugin.auth.authoauth;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.util.Base64URL;
import com.nimbusds.jwt.JWTClaimsSet;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.Base64;
import java.util.Date;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.qpsmtpd.api.auth.BearerToken;
import org.qpsmtpd.api.auth.Secret;
import org.qpsmtpd.api.auth.TokenVerdict;
import org.qpsmtpd.api.auth.TokenVerdict.Kind;
import org.qpsmtpd.api.peer.PeerOptions;
import org.qpsmtpd.peers.NettyPeers;
import org.qpsmtpd.testkit.Configs;
import org.qpsmtpd.testkit.FakeConnection;
import org.qpsmtpd.testkit.TestCertificate;

@Timeout(120)
final class AuthOauthPluginTest {
    private static final Issuer ISSUER = new Issuer();
    private static final Instant START = Instant.parse("2026-11-30T12:00:00Z");

    @TempDir private Path folder = Path.of("");

    private final NettyPeers peers = new NettyPeers();
    private final Map<String, Object> settings = new HashMap<>();
    private Instant now = START;

    AuthOauthPluginTest() {
        settings.put("issuer", Issuer.NAME);
        settings.put("audience", new String[] {"mail", "smtp.example.org"});
    }

    @AfterEach
    void close() {
        peers.close();
    }

    private Clock clock() {
        InstantSource source = () -> now;
        return source.withZone(ZoneOffset.UTC);
    }

    private AuthOauthPlugin plugin() {
        return new AuthOauthPlugin(
                Judges.of(
                        Configs.config(AuthOauthConfig.class, settings),
                        Configs.config(PeerOptions.class, Map.of("timeoutSeconds", "20")),
                        peers,
                        clock(),
                        () -> Duration.between(Instant.EPOCH, now).toNanos()));
    }

    private AuthOauthPlugin withFile() throws IOException {
        Path file = Files.writeString(folder.resolve("keys.json"), ISSUER.keys());
        settings.put("keys", file.toString());
        return plugin();
    }

    private static TokenVerdict ask(AuthOauthPlugin plugin, String user, String token) {
        BearerToken bearer = new BearerToken("OAUTHBEARER", user, Secret.of(token), "", 0);
        TokenVerdict verdict =
                plugin.onAuthToken(FakeConnection.create(), bearer).toCompletableFuture().join();
        if (token.length() > 40) {
            assertThat(verdict.toString()).doesNotContain(token.substring(token.length() - 30));
        }
        return verdict;
    }

    private static JWTClaimsSet.Builder claims() {
        return new JWTClaimsSet.Builder()
                .issuer(Issuer.NAME)
                .audience(List.of("other", "mail"))
                .subject("4711")
                .claim("email", "ann@example.org")
                .claim("scope", "openid mail.send")
                .expirationTime(Date.from(START.plusSeconds(600)));
    }

    @Test
    void takesTokensThatTheIssuersKeysHaveSigned() throws IOException {
        AuthOauthPlugin plugin = withFile();
        JWTClaimsSet good = claims().build();
        JWSHeader pss = new JWSHeader.Builder(JWSAlgorithm.PS256).keyID("r").build();
        JWSHeader unnamed = new JWSHeader(JWSAlgorithm.RS256);

        for (String token :
                List.of(
                        ISSUER.rsa("r", good),
                        Issuer.rsa(ISSUER.rsa, pss, good),
                        Issuer.rsa(ISSUER.rsa, unnamed, good),
                        ISSUER.byCurve(good),
                        ISSUER.byEdwards(good))) {
            assertThat(ask(plugin, "", token)).isEqualTo(TokenVerdict.accepted("ann@example.org"));
        }
        assertThat(ask(plugin, "Ann@Example.org", ISSUER.byCurve(good)).kind())
                .isEqualTo(Kind.ACCEPTED);
    }

    @Test
    void takesNoTokenOfAnotherUser() throws IOException {
        TokenVerdict verdict =
                ask(withFile(), "bob@example.org", ISSUER.rsa("r", claims().build()));

        assertThat(verdict.kind()).isEqualTo(Kind.REFUSED);
        assertThat(verdict.reason()).contains("ann@example.org");
    }

    private void refuses(String token, String why) throws IOException {
        TokenVerdict verdict = ask(withFile(), "", token);

        assertThat(verdict.kind()).as(verdict.reason()).isEqualTo(Kind.REFUSED);
        assertThat(verdict.reason()).contains(why);
        assertThat(verdict.status()).isEqualTo("invalid_token");
    }

    @Test
    void takesNoTokenWithoutASignature() throws IOException {
        String none = Issuer.raw("{\"alg\":\"none\"}", claims().build().toString()) + ".";
        String none2 = Issuer.raw("{\"alg\":\"None\"}", claims().build().toString()) + ".";
        String good = ISSUER.rsa("r", claims().build());

        assertThat(ask(withFile(), "", none).kind()).isEqualTo(Kind.UNKNOWN);
        assertThat(ask(withFile(), "", none2).kind()).isNotEqualTo(Kind.ACCEPTED);
        assertThat(ask(withFile(), "", good.substring(0, good.lastIndexOf('.') + 1)).kind())
                .isNotEqualTo(Kind.ACCEPTED);
    }

    /** The public key as the secret of an HMAC. */
    @Test
    void takesNoSignatureByWhatEverybodyKnows() throws Exception {
        String text = Issuer.raw("{\"alg\":\"HS256\",\"kid\":\"r\"}", claims().build().toString());
        for (byte[] secret : List.of(ISSUER.rsa.getPublic().getEncoded(), pem())) {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(secret, "HmacSHA256"));
            refuses(
                    text + "." + Base64URL.encode(mac.doFinal(text.getBytes(UTF_8))),
                    "its algorithm is none of");
        }
    }

    private static byte[] pem() {
        String base64 = Base64.getMimeEncoder().encodeToString(ISSUER.rsa.getPublic().getEncoded());
        return ("-----BEGIN PUBLIC KEY-----\n" + base64 + "\n-----END PUBLIC KEY-----\n")
                .getBytes(UTF_8);
    }

    @Test
    void takesNoOtherAlgorithmThanItIsTold() throws IOException {
        settings.put("algorithms", new String[] {"ES256"});
        AuthOauthPlugin plugin = withFile();

        assertThat(ask(plugin, "", ISSUER.rsa("r", claims().build())).reason())
                .isEqualTo("its algorithm is none of ES256");
        assertThat(ask(plugin, "", ISSUER.byCurve(claims().build())).kind())
                .isEqualTo(Kind.ACCEPTED);
    }

    @Test
    void takesNoSignatureOfAnotherKey() throws IOException {
        JWTClaimsSet good = claims().build();
        JWSHeader header = new JWSHeader.Builder(JWSAlgorithm.RS256).keyID("r").build();
        String token = ISSUER.rsa("r", good);
        String[] parts = token.split("\\.", -1);
        String more =
                Base64URL.encode(claims().claim("email", "root@x.test").build().toString()) + "";

        refuses(Issuer.rsa(ISSUER.otherRsa, header, good), "its signature is wrong");
        refuses(parts[0] + "." + more + "." + parts[2], "its signature is wrong");
        refuses(ISSUER.rsa("unknown", good), "its issuer has no such key");
        refuses(ISSUER.rsa("c", good), "its issuer has no such key");
    }

    @Test
    void takesNoSignatureOfAShortKey() throws IOException {
        refuses(ISSUER.byShortRsa(claims().build()), "its issuer has no such key");
    }

    @Test
    void takesNoHeaderThatItDoesNotUnderstand() throws IOException {
        JWSHeader critical =
                new JWSHeader.Builder(JWSAlgorithm.RS256)
                        .keyID("r")
                        .criticalParams(Set.of("exp"))
                        .customParam("exp", 1)
                        .build();
        refuses(Issuer.rsa(ISSUER.rsa, critical, claims().build()), "a header that must");
        String raw =
                Issuer.raw(
                        "{\"alg\":\"RS256\",\"kid\":\"r\",\"b64\":false,\"crit\":[\"b64\"]}",
                        claims().build().toString());
        assertThat(ask(withFile(), "", raw + ".AAAA").kind()).isNotEqualTo(Kind.ACCEPTED);
    }

    private TokenVerdict judge(UnaryOperator<JWTClaimsSet.Builder> change) throws IOException {
        return ask(withFile(), "", ISSUER.byCurve(change.apply(claims()).build()));
    }

    @Test
    void looksAtWhatATokenSaysOfItself() throws IOException {
        assertThat(judge(it -> it.issuer("https://evil.test")).kind()).isEqualTo(Kind.UNKNOWN);
        assertThat(judge(it -> it.issuer(null)).kind()).isEqualTo(Kind.UNKNOWN);
        assertThat(judge(it -> it.audience("other")).reason()).isEqualTo("it is for '[other]'");
        assertThat(judge(it -> it.audience((String) null)).kind()).isEqualTo(Kind.REFUSED);
        assertThat(judge(it -> it.expirationTime(null)).reason()).isEqualTo("it has no end");
        assertThat(judge(it -> it.expirationTime(Date.from(START.minusSeconds(60)))).reason())
                .isEqualTo("it expired at 2026-11-30T11:59:00Z");
        assertThat(judge(it -> it.expirationTime(Date.from(START.minusSeconds(59)))).kind())
                .isEqualTo(Kind.ACCEPTED);
        assertThat(judge(it -> it.notBeforeTime(Date.from(START.plusSeconds(61)))).kind())
                .isEqualTo(Kind.REFUSED);
        assertThat(judge(it -> it.notBeforeTime(Date.from(START.plusSeconds(60)))).kind())
                .isEqualTo(Kind.ACCEPTED);
    }

    @Test
    void findsTheUserByItsClaims() throws IOException {
        assertThat(judge(it -> it.claim("email", null)).user()).isEqualTo("4711");
        assertThat(judge(it -> it.claim("email", null).claim("preferred_username", "ann")).user())
                .isEqualTo("ann");
        assertThat(judge(it -> it.claim("email_verified", true)).user())
                .isEqualTo("ann@example.org");
        assertThat(judge(it -> it.claim("email_verified", false)).user()).isEqualTo("4711");
        assertThat(judge(it -> it.claim("email", "a\u0000b")).kind()).isEqualTo(Kind.REFUSED);
        assertThat(judge(it -> it.claim("email", "x".repeat(256))).user()).isEqualTo("4711");
        settings.put("user_claim", "upn");
        assertThat(judge(it -> it).kind()).isEqualTo(Kind.REFUSED);
        assertThat(judge(it -> it.claim("upn", "ann")).user()).isEqualTo("ann");
    }

    @Test
    void tellsTheClientWhichScopeItLacks() throws IOException {
        settings.put("scope", new String[] {"mail.send"});
        settings.put("configuration", "https://issuer.test/.well-known/openid-configuration");
        assertThat(judge(it -> it).kind()).isEqualTo(Kind.ACCEPTED);
        assertThat(judge(it -> it.claim("scope", null).claim("scp", List.of("mail.send"))).kind())
                .isEqualTo(Kind.ACCEPTED);

        TokenVerdict verdict = judge(it -> it.claim("scope", "mail.sending"));

        assertThat(verdict.kind()).isEqualTo(Kind.REFUSED);
        assertThat(verdict.status()).isEqualTo("insufficient_scope");
        assertThat(verdict.scope()).isEqualTo("mail.send");
        assertThat(verdict.configuration()).startsWith("https://issuer.test/");
    }

    @ParameterizedTest
    @ValueSource(strings = {"opaque", "a.b.c", "..", "eyJhbGciOiJSUzI1NiJ9.e30", "....."})
    void knowsNoOtherTokens(String token) throws IOException {
        assertThat(ask(withFile(), "", token).kind()).isEqualTo(Kind.UNKNOWN);
    }

    @Test
    void takesNoEndlessToken() throws IOException {
        String large = "a".repeat(1024 * 1024);

        assertThat(ask(withFile(), "", large).kind()).isEqualTo(Kind.REFUSED);
        assertThat(ask(withFile(), "", ISSUER.rsa("r", claims().claim("x", large).build())).kind())
                .isEqualTo(Kind.REFUSED);
    }

    private AuthOauthPlugin withServer(IssuersServer server) {
        settings.put("keys", server.url("127.0.0.1"));
        return plugin();
    }

    @Test
    void fetchesKeysOnceForAll() throws IOException {
        try (IssuersServer server = new IssuersServer(null)) {
            server.answer = ISSUER.keys();
            AuthOauthPlugin plugin = withServer(server);
            for (int i = 0; i < 5; i++) {
                assertThat(ask(plugin, "", ISSUER.byCurve(claims().build())).kind())
                        .isEqualTo(Kind.ACCEPTED);
            }
            assertThat(server.asked).containsExactly("GET /x?y=1 null ");
            assertThat(plugin.figures().toString()).contains("oauth_keys");
        }
    }

    @Test
    void learnsOfANewKeyOnceAMinute() throws IOException {
        try (IssuersServer server = new IssuersServer(null)) {
            server.answer = Issuer.list(Issuer.rsa("old", ISSUER.rsa));
            AuthOauthPlugin plugin = withServer(server);
            JWSHeader header = new JWSHeader.Builder(JWSAlgorithm.RS256).keyID("new").build();
            String token = Issuer.rsa(ISSUER.otherRsa, header, claims().build());
            assertThat(ask(plugin, "", ISSUER.rsa("old", claims().build())).kind())
                    .isEqualTo(Kind.ACCEPTED);
            server.answer = Issuer.list(Issuer.rsa("new", ISSUER.otherRsa));

            now = START.plusSeconds(59);
            assertThat(ask(plugin, "", token).kind()).isEqualTo(Kind.REFUSED);
            assertThat(ask(plugin, "", token).kind()).isEqualTo(Kind.REFUSED);
            assertThat(server.asked).hasSize(1);
            now = START.plusSeconds(60);
            assertThat(ask(plugin, "", token).kind()).isEqualTo(Kind.ACCEPTED);
            assertThat(ask(plugin, "", ISSUER.rsa("old", claims().build())).kind())
                    .isEqualTo(Kind.REFUSED);
            assertThat(server.asked).hasSize(2);
        }
    }

    @Test
    void goesOnWithOldKeysForADay() throws Exception {
        try (IssuersServer server = new IssuersServer(null)) {
            server.answer = ISSUER.keys();
            AuthOauthPlugin plugin = withServer(server);
            String token =
                    ISSUER.byCurve(
                            claims().expirationTime(Date.from(START.plusSeconds(200_000))).build());
            assertThat(ask(plugin, "", token).kind()).isEqualTo(Kind.ACCEPTED);
            server.status = 500;
            now = START.plusSeconds(3600);
            assertThat(ask(plugin, "", token).kind()).isEqualTo(Kind.ACCEPTED);
            while (server.asked.size() < 2) {
                Thread.onSpinWait();
            }
            now = START.plusSeconds(86_399);
            assertThat(ask(plugin, "", token).kind()).isEqualTo(Kind.ACCEPTED);
            now = START.plusSeconds(90_000);
            assertThat(ask(plugin, "", token).kind()).isEqualTo(Kind.DEFERRED);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "500, '', it answers 500",
        "302, '', it answers 302",
        "200, nothing, no JWKS",
        "200, '{\"keys\":[]}', has no key",
        "200, '{\"keys\":[{\"kty\":\"oct\",\"k\":\"AAAA\"}]}', has no key"
    })
    void defersWhileThereAreNoKeys(int status, String answer, String why) throws IOException {
        try (IssuersServer server = new IssuersServer(null)) {
            server.status = status;
            server.answer = answer;
            AuthOauthPlugin plugin = withServer(server);
            String token = ISSUER.byCurve(claims().build());

            TokenVerdict verdict = ask(plugin, "", token);

            assertThat(verdict.kind()).isEqualTo(Kind.DEFERRED);
            assertThat(verdict.reason()).contains(why);
            assertThat(ask(plugin, "", token).kind()).isEqualTo(Kind.DEFERRED);
            assertThat(server.asked).hasSize(1);
            server.status = 200;
            server.answer = ISSUER.keys();
            now = START.plusSeconds(10);
            assertThat(ask(plugin, "", token).kind()).isEqualTo(Kind.ACCEPTED);
        }
    }

    @Test
    void defersWhenTheListIsEndless() throws IOException {
        try (IssuersServer server = new IssuersServer(null)) {
            server.answer = "x".repeat(2_000_000);
            TokenVerdict verdict = ask(withServer(server), "", ISSUER.byCurve(claims().build()));

            assertThat(verdict.reason()).contains("longer than");
            assertThat(verdict.kind()).isEqualTo(Kind.DEFERRED);
        }
    }

    @Test
    void trustsNoServerThatCannotShowItsName() throws Exception {
        TestCertificate certificate = TestCertificate.in(folder);
        String token = ISSUER.byCurve(claims().build());
        try (IssuersServer server = new IssuersServer(certificate.context())) {
            server.answer = ISSUER.keys();
            settings.put("keys", server.url("localhost"));
            assertThat(ask(plugin(), "", token).kind()).isEqualTo(Kind.DEFERRED);
            settings.put("caFile", certificate.pem().toString());
            assertThat(ask(plugin(), "", token).kind()).isEqualTo(Kind.ACCEPTED);
            settings.put("keys", server.url("127.0.0.1"));
            assertThat(ask(plugin(), "", token).kind()).isEqualTo(Kind.DEFERRED);
            assertThat(server.asked).hasSize(1);
        }
    }

    private AuthOauthPlugin asking(IssuersServer server) throws IOException {
        Path file = Files.writeString(folder.resolve("client"), "mx:s e+cret\n");
        settings.put("introspection", server.url("127.0.0.1"));
        settings.put("client_file", file.toString());
        return plugin();
    }

    @Test
    void asksTheIssuer() throws IOException {
        settings.clear();
        try (IssuersServer server = new IssuersServer(null)) {
            server.answer = "{\"active\":true,\"username\":\"ann\",\"exp\":1796040030}";
            AuthOauthPlugin plugin = asking(server);

            assertThat(ask(plugin, "ann", "opaque+1")).isEqualTo(TokenVerdict.accepted("ann"));
            assertThat(ask(plugin, "bob", "opaque+1").kind()).isEqualTo(Kind.REFUSED);
            String who = Base64.getEncoder().encodeToString("mx:s+e%2Bcret".getBytes(UTF_8));
            assertThat(server.asked)
                    .containsExactly(
                            "POST /x?y=1 Basic "
                                    + who
                                    + " token=opaque%2B1&token_type_hint=access_token");
        }
    }

    @Test
    void asksTheIssuerAboutWhatItsKeysDoNotTell() throws IOException {
        try (IssuersServer server = new IssuersServer(null)) {
            server.answer =
                    "{\"active\":true,\"sub\":\"ann\",\"aud\":\"mail\",\"iss\":\"https://issuer.test\"}";
            settings.put("keys", Files.writeString(folder.resolve("k"), ISSUER.keys()).toString());
            AuthOauthPlugin plugin = asking(server);

            assertThat(ask(plugin, "", ISSUER.byCurve(claims().build())).kind())
                    .isEqualTo(Kind.ACCEPTED);
            assertThat(ask(plugin, "", ISSUER.rsa("no", claims().build())).kind())
                    .isEqualTo(Kind.REFUSED);
            assertThat(server.asked).isEmpty();
            assertThat(ask(plugin, "", "opaque").user()).isEqualTo("ann");
            assertThat(server.asked).hasSize(1);
        }
    }

    @Test
    void asksAgainAfterAWhile() throws IOException {
        settings.clear();
        try (IssuersServer server = new IssuersServer(null)) {
            long end = START.plusSeconds(90).getEpochSecond();
            server.answer = "{\"active\":true,\"sub\":\"ann\",\"exp\":" + end + "}";
            AuthOauthPlugin plugin = asking(server);
            assertThat(ask(plugin, "", "opaque").kind()).isEqualTo(Kind.ACCEPTED);
            now = START.plusSeconds(59);
            assertThat(ask(plugin, "", "opaque").kind()).isEqualTo(Kind.ACCEPTED);
            assertThat(server.asked).hasSize(1);
            now = START.plusSeconds(60);
            assertThat(ask(plugin, "", "opaque").kind()).isEqualTo(Kind.ACCEPTED);
            assertThat(server.asked).hasSize(2);
            now = START.plusSeconds(90);
            server.answer = "{\"active\":false}";
            assertThat(ask(plugin, "", "opaque").kind()).isEqualTo(Kind.REFUSED);
            assertThat(ask(plugin, "", "opaque").kind()).isEqualTo(Kind.REFUSED);
            assertThat(server.asked).hasSize(4);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "200, '{\"active\":\"true\",\"sub\":\"ann\"}', DEFERRED",
        "200, '{\"active\":false,\"sub\":\"ann\"}', REFUSED",
        "200, '{\"sub\":\"ann\"}', DEFERRED",
        "200, '{\"active\":true}', REFUSED",
        "200, '{\"active\":true,\"sub\":\"ann\",\"exp\":1}', REFUSED",
        "200, '{\"active\":true,\"sub\":\"ann\",\"exp\":\"x\"}', DEFERRED",
        "200, '[]', DEFERRED",
        "200, '', DEFERRED",
        "401, '', DEFERRED"
    })
    void goesByWhatTheIssuerSays(int status, String answer, Kind kind) throws IOException {
        settings.clear();
        try (IssuersServer server = new IssuersServer(null)) {
            server.status = status;
            server.answer = answer;

            assertThat(ask(asking(server), "", "opaque").kind()).isEqualTo(kind);
        }
    }

    @Test
    void keepsABoundedNumberOfTokens() {
        GoodTokens good = new GoodTokens(Duration.ofSeconds(60), clock());
        for (int i = 0; i < 10_500; i++) {
            good.keep("hash" + i, claims().build(), Long.MAX_VALUE);
        }

        assertThat(good.size()).isEqualTo(10_000);
        assertThat(good.find("hash499")).isEmpty();
        assertThat(good.find("hash10499")).isPresent();
    }

    @ParameterizedTest
    @CsvSource({
        "keys, '', needs keys or introspection",
        "issuer, '', keys needs issuer and audience",
        "audience, '', keys needs issuer and audience",
        "algorithms, HS256, algorithms 'HS256' is none of",
        "algorithms, none, algorithms 'none' is none of",
        "keys, http://issuer.test/keys, without TLS only this machine is asked",
        "keys, https://a:b@issuer.test/keys, https://...@issuer.test/keys",
        "keys, https:keys, it is not of the form",
        "keys, /nowhere/keys, keys '/nowhere/keys' cannot be read"
    })
    void saysWhatIsWrongWithItsSettings(String option, String value, String what) {
        settings.put("keys", "https://issuer.test/keys");
        settings.put(option, value);

        assertThatThrownBy(this::plugin)
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(what);
    }

    @Test
    void saysWhatIsWrongWithTheFileOfItsSecret() throws IOException {
        settings.clear();
        settings.put("introspection", "https://issuer.test/x");
        settings.put("client_file", Files.writeString(folder.resolve("c"), "secret").toString());

        assertThatThrownBy(this::plugin)
                .hasMessageContaining("its first line is not ID:SECRET")
                .hasMessageNotContaining("secret");
    }

    @Test
    void hasTheDocumentedDefaults() {
        AuthOauthConfig defaults = Configs.config(AuthOauthConfig.class);

        assertThat(defaults.algorithms()).containsExactly("RS256", "PS256", "ES256", "EdDSA");
        assertThat(defaults.driftSeconds()).isEqualTo(60);
        assertThat(defaults.refreshSeconds()).isEqualTo(3600);
        assertThat(defaults.cacheSeconds()).isEqualTo(60);
        assertThat(List.of(defaults.keys(), defaults.introspection(), defaults.issuer()))
                .containsOnly("");
    }

    /** Keys of the JDK are those of the library. */
    @Test
    void knowsTheVectorOfRfc8037() throws GeneralSecurityException, java.text.ParseException {
        var key =
                com.nimbusds.jose.jwk.JWK.parse(
                        "{\"kty\":\"OKP\",\"crv\":\"Ed25519\","
                                + "\"x\":\"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo\"}");
        var token =
                com.nimbusds.jwt.SignedJWT.parse(
                        "eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc.hgyY0il_MGCjP0Jz"
                                + "lnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0"
                                + "KAg");

        assertThat(Signature.isBy(key, token)).isTrue();
    }
}
