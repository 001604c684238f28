package org.qpsmtpd.plugin.httpconfig;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import javax.net.ssl.SSLContext;

/** A web server that has some files, and writes down what it is asked. */
final class ConfigSite implements AutoCloseable {
    private final HttpServer server;
    private final Map<String, String> files = new ConcurrentHashMap<>();
    private final Map<String, String> header = new ConcurrentHashMap<>();
    private final List<String> asked = new CopyOnWriteArrayList<>();
    private volatile int code = 200;

    private ConfigSite(HttpServer server) {
        this.server = server;
        server.createContext("/", this::answer);
        server.start();
    }

    static ConfigSite plain() throws IOException {
        return new ConfigSite(HttpServer.create(anyPort(), 0));
    }

    static ConfigSite encrypted(SSLContext keys) throws IOException {
        HttpsServer server = HttpsServer.create(anyPort(), 0);
        server.setHttpsConfigurator(new HttpsConfigurator(keys));
        return new ConfigSite(server);
    }

    private static InetSocketAddress anyPort() {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    }

    /** Puts a file at a path, maybe with a query. */
    ConfigSite put(String path, String content) {
        files.put(path, content);
        return this;
    }

    /** Has each answer carry a field. */
    ConfigSite withHeader(String name, String value) {
        header.put(name, value);
        return this;
    }

    /** Has each answer to a file that is there have this code, and no content unless it is 200. */
    void answerWith(int status) {
        code = status;
    }

    /** What was asked: the path, then conditions of the request. */
    List<String> asked() {
        return List.copyOf(asked);
    }

    String url(String path) {
        return url("http://127.0.0.1", path);
    }

    String url(String host, String path) {
        return host + ":" + server.getAddress().getPort() + path;
    }

    private void answer(HttpExchange exchange) throws IOException {
        try (exchange) {
            String path = exchange.getRequestURI().toString();
            String etag = exchange.getRequestHeaders().getFirst("If-None-Match");
            String date = exchange.getRequestHeaders().getFirst("If-Modified-Since");
            asked.add(path + (etag == null ? "" : " " + etag) + (date == null ? "" : " " + date));
            header.forEach((name, value) -> exchange.getResponseHeaders().set(name, value));
            String content = files.get(path);
            if (content == null || code != 200) {
                exchange.sendResponseHeaders(content == null ? 404 : code, -1);
                return;
            }
            byte[] octets = content.getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(200, octets.length == 0 ? -1 : octets.length);
            exchange.getResponseBody().write(octets);
        }
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
