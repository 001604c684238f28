package org.qpsmtpd.itest.process;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.math.BigInteger;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.Signature;
import java.security.interfaces.RSAPublicKey;
import java.time.Instant;
import java.util.Arrays;
import java.util.Base64;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** Makes tokens that are signed, and says of others whether they are good. */
final class TokenIssuer implements AutoCloseable {
    static final String NAME = "https://issuer.test";

    private final KeyPair keys;
    private final HttpServer server;
    private final Set<String> good = ConcurrentHashMap.newKeySet();

    TokenIssuer() throws IOException, GeneralSecurityException {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
        generator.initialize(2048);
        keys = generator.generateKeyPair();
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/introspect", this::introspect);
        server.start();
    }

    private static String base64(byte[] octets) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(octets);
    }

    private static String base64(BigInteger number) {
        byte[] octets = number.toByteArray();
        int from = octets[0] == 0 ? 1 : 0;
        return base64(Arrays.copyOfRange(octets, from, octets.length));
    }

    /** Its public keys. */
    String jwks() {
        RSAPublicKey key = (RSAPublicKey) keys.getPublic();
        return "{\"keys\":[{\"kty\":\"RSA\",\"kid\":\"one\",\"use\":\"sig\",\"n\":\""
                + base64(key.getModulus())
                + "\",\"e\":\""
                + base64(key.getPublicExponent())
                + "\"}]}";
    }

    /** A token of a user that is good for a while, or has been. */
    String token(String user, long seconds) throws GeneralSecurityException {
        String claims =
                "{\"iss\":\""
                        + NAME
                        + "\",\"aud\":\"smtp\",\"email\":\""
                        + user
                        + "\",\"exp\":"
                        + (Instant.now().getEpochSecond() + seconds)
                        + "}";
        String text =
                base64("{\"alg\":\"RS256\",\"kid\":\"one\"}".getBytes(UTF_8))
                        + "."
                        + base64(claims.getBytes(UTF_8));
        Signature signature = Signature.getInstance("SHA256withRSA");
        signature.initSign(keys.getPrivate());
        signature.update(text.getBytes(UTF_8));
        return text + "." + base64(signature.sign());
    }

    /** From now on it says of a token that it is a user's. */
    void vouch(String token, String user) {
        good.add("token=" + token + "&" + user);
    }

    /** Where it is asked. */
    String url() {
        return "http://127.0.0.1:" + server.getAddress().getPort() + "/introspect";
    }

    private void introspect(HttpExchange exchange) throws IOException {
        String form = new String(exchange.getRequestBody().readAllBytes(), UTF_8);
        String token = form.substring(0, form.indexOf('&') + 1);
        String answer =
                good.stream()
                        .filter(each -> each.startsWith(token))
                        .map(each -> each.substring(token.length()))
                        .findFirst()
                        .map(user -> "{\"active\":true,\"username\":\"" + user + "\"}")
                        .orElse("{\"active\":false}");
        boolean isAllowed =
                ("Basic " + Base64.getEncoder().encodeToString("mx:s3cret".getBytes(UTF_8)))
                        .equals(exchange.getRequestHeaders().getFirst("Authorization"));
        byte[] octets = answer.getBytes(UTF_8);
        exchange.sendResponseHeaders(isAllowed ? 200 : 401, octets.length);
        exchange.getResponseBody().write(octets);
        exchange.close();
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
