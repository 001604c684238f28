package org.qpsmtpd.plugin.auth.authoauth;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/** A server of an issuer, which answers all the same. */
final class IssuersServer implements AutoCloseable {
    private final HttpServer server;
    private final String scheme;

    /** Method, field Authorization and body of each request. */
    final List<String> asked = new CopyOnWriteArrayList<>();

    volatile int status = 200;
    volatile String answer = "";

    IssuersServer(@Nullable SSLContext tls) throws IOException {
        InetSocketAddress place = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
        if (tls == null) {
            server = HttpServer.create(place, 0);
            scheme = "http";
        } else {
            HttpsServer encrypted = HttpsServer.create(place, 0);
            encrypted.setHttpsConfigurator(new HttpsConfigurator(tls));
            server = encrypted;
            scheme = "https";
        }
        server.createContext("/", this::serve);
        server.start();
    }

    String url(String host) {
        return scheme + "://" + host + ":" + server.getAddress().getPort() + "/x?y=1";
    }

    private void serve(HttpExchange exchange) throws IOException {
        String body = new String(exchange.getRequestBody().readAllBytes(), UTF_8);
        String who = exchange.getRequestHeaders().getFirst("Authorization");
        asked.add(
                exchange.getRequestMethod()
                        + " "
                        + exchange.getRequestURI()
                        + " "
                        + who
                        + " "
                        + body);
        byte[] octets = answer.getBytes(UTF_8);
        exchange.sendResponseHeaders(status, octets.length);
        exchange.getResponseBody().write(octets);
        exchange.close();
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
