package org.qpsmtpd.plugin.httpconfig;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.qpsmtpd.api.answer.HookResult;
import org.qpsmtpd.api.hook.RcptHook;
import org.qpsmtpd.testkit.Configs;
import org.qpsmtpd.testkit.SmtpClient;
import org.qpsmtpd.testkit.TestCertificate;
import org.qpsmtpd.testkit.TestServer;

class HttpConfigPluginTest {
    private final AtomicLong nanos = new AtomicLong();
    private final List<HttpConfigPlugin> made = new ArrayList<>();
    private ConfigSite site;

    @BeforeEach
    void serve() throws IOException {
        site = ConfigSite.plain();
    }

    @AfterEach
    void stop() {
        made.forEach(HttpConfigPlugin::close);
        site.close();
    }

    private HttpConfigPlugin plugin(Map<String, ?> options, String... urls) {
        Map<String, Object> all = new HashMap<>(options);
        all.put("url", urls[0]);
        all.put("more", List.of(urls).subList(1, urls.length).toArray(String[]::new));
        HttpConfigPlugin plugin =
                new HttpConfigPlugin(Configs.config(HttpConfigConfig.class, all), nanos::get);
        made.add(plugin);
        return plugin;
    }

    private HttpConfigPlugin plugin(String... urls) {
        return plugin(Map.of("timeout", 9), urls);
    }

    private void pass(long seconds) {
        nanos.addAndGet(TimeUnit.SECONDS.toNanos(seconds));
    }

    @Test
    void addsTheNameToTheUrlAndReadsLinesAsInAFile() {
        site.put(
                "/qp?config=me", "\uFEFF# who we are\r\n\n   \n  mx.example.org  \rsecond\n #no\n");

        assertThat(plugin(site.url("/qp?config=")).onConfig("me"))
                .contains(List.of("mx.example.org", "second"));
    }

    @Test
    void asksTheUrlsInOrderUntilOneHasValues() {
        site.put("/a/first", "1").put("/b/first", "2").put("/a/second", "# none\n");
        site.put("/b/second", "3");
        HttpConfigPlugin plugin = plugin(site.url("/a/"), site.url("/b/"));

        assertThat(plugin.onConfig("first")).contains(List.of("1"));
        assertThat(plugin.onConfig("second")).contains(List.of("3"));
        assertThat(plugin.onConfig("third")).isEmpty();
        assertThat(site.asked())
                .containsExactly("/a/first", "/a/second", "/b/second", "/a/third", "/b/third");
    }

    @ParameterizedTest
    @ValueSource(ints = {204, 404, 410})
    void leavesToTheNextSourceWhatTheServerDoesNotHave(int code) {
        site.put("/me", "mx.example.org").answerWith(code);

        assertThat(plugin(site.url("/")).onConfig("me")).isEmpty();
    }

    @Test
    void keepsAnAnswerForItsLife() {
        site.put("/me", "mx.example.org");
        HttpConfigPlugin plugin = plugin(Map.of("life", 30), site.url("/"));

        for (int i = 0; i < 3; i++) {
            assertThat(plugin.onConfig("me")).isPresent();
            assertThat(plugin.onConfig("absent")).isEmpty();
            pass(14);
        }

        assertThat(site.asked()).hasSize(2);
    }

    @Test
    void asksAsideWhatIsOlderAndWaitsForWhatIsMuchOlder() {
        site.put("/me", "old");
        HttpConfigPlugin plugin = plugin(Map.of("life", 30, "timeout", 9), site.url("/"));
        assertThat(plugin.onConfig("me")).contains(List.of("old"));

        site.put("/me", "new");
        pass(31);
        plugin.onConfig("me");
        eventually(() -> assertThat(plugin.onConfig("me")).contains(List.of("new")));
        site.put("/me", "newer");
        pass(61);
        assertThat(plugin.onConfig("me")).contains(List.of("newer"));
    }

    @Test
    void asksWhetherItHasChanged() {
        site.put("/me", "mx.example.org")
                .withHeader("ETag", "\"a1\"")
                .withHeader("Last-Modified", "Mon, 02 Nov 2026 10:00:00 GMT");
        HttpConfigPlugin plugin = plugin(site.url("/"));
        assertThat(plugin.onConfig("me")).contains(List.of("mx.example.org"));

        site.answerWith(304);
        pass(1000);

        assertThat(plugin.onConfig("me")).contains(List.of("mx.example.org"));
        assertThat(site.asked()).containsExactly("/me", "/me \"a1\" Mon, 02 Nov 2026 10:00:00 GMT");
    }

    @Test
    void keepsTheLastAnswerWhileTheServerIsAway() {
        site.put("/me", "mx.example.org");
        HttpConfigPlugin plugin = plugin(site.url("/"));
        assertThat(plugin.onConfig("me")).isPresent();

        site.close();
        for (int i = 0; i < 3; i++) {
            pass(1000);
            assertThat(plugin.onConfig("me")).contains(List.of("mx.example.org"));
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {500, 403, 301, 206})
    void failsWhenItIsNotKnownAndKeepsWhatWas(int code) {
        site.put("/me", "mx.example.org").withHeader("Location", "file:///etc/hostname");
        HttpConfigPlugin plugin = plugin(site.url("/"));
        assertThat(plugin.onConfig("me")).isPresent();
        site.put("/databytes", "1000").answerWith(code);
        pass(1000);

        assertThat(plugin.onConfig("me")).contains(List.of("mx.example.org"));
        assertThatThrownBy(() -> plugin.onConfig("databytes"))
                .isInstanceOf(UncheckedIOException.class)
                .hasMessageContaining("no server says what is in 'databytes'");
        assertThat(site.asked()).hasSize(3);
        assertThatThrownBy(() -> plugin.onConfig("databytes")).hasMessageContaining("no server");
        assertThat(site.asked()).as("not asked again at once").hasSize(3);

        site.answerWith(200);
        pass(11);
        assertThat(plugin.onConfig("databytes")).contains(List.of("1000"));
    }

    @Test
    void followsNoRedirect() {
        site.put("/me", "").put("/elsewhere/me", "other").answerWith(302);
        site.withHeader("Location", site.url("/elsewhere/me"));
        HttpConfigPlugin plugin = plugin(site.url("/"));

        assertThatThrownBy(() -> plugin.onConfig("me")).hasMessageContaining("no server");
        assertThat(site.asked()).containsExactly("/me");
    }

    @Test
    void anotherServerAnswersForOneThatIsAway() {
        site.put("/me", "mx.example.org");
        ConfigSite gone = site;
        gone.close();
        try (ConfigSite other = ConfigSite.plain()) {
            other.put("/me", "mx2.example.org");
            HttpConfigPlugin plugin = plugin(gone.url("/"), other.url("/"));

            assertThat(plugin.onConfig("me")).contains(List.of("mx2.example.org"));
            assertThatThrownBy(() -> plugin.onConfig("databytes"))
                    .as("the one that is away may have it")
                    .hasMessageContaining("no server");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void refusesAnAnswerThatIsTooLong() {
        site.put("/short", "x".repeat(100)).put("/long", "x".repeat(101));
        HttpConfigPlugin plugin = plugin(Map.of("size_limit", 100), site.url("/"));

        assertThat(plugin.onConfig("short")).isPresent();
        assertThatThrownBy(() -> plugin.onConfig("long")).hasMessageContaining("no server");
    }

    @Test
    void refusesAnAnswerThatIsPacked() {
        site.put("/me", "mx.example.org").withHeader("Content-Encoding", "gzip");

        assertThatThrownBy(() -> plugin(site.url("/")).onConfig("me"))
                .hasMessageContaining("no server");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\nmx.example.org\n"})
    void waitsNoLongerThanItMayForAServerThatHangs(String beginning) throws Exception {
        site.put("/me", "mx.example.org");
        Thread server;
        try (ServerSocket hanging = new ServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
            server = new Thread(() -> sayAndHang(hanging, beginning));
            server.start();
            String url = "http://127.0.0.1:" + hanging.getLocalPort() + "/";
            HttpConfigPlugin alone = plugin(Map.of("timeout", 1), url);
            HttpConfigPlugin two = plugin(Map.of("timeout", 4), url, site.url("/"));

            assertThatThrownBy(() -> alone.onConfig("me")).hasMessageContaining("no server");
            assertThatThrownBy(() -> alone.onConfig("databytes"))
                    .as("without a second wait")
                    .hasMessageContaining("no server");
            assertThat(two.onConfig("me")).contains(List.of("mx.example.org"));
        }
        server.join(60_000);
    }

    private static void sayAndHang(ServerSocket listening, String beginning) {
        List<Socket> held = new ArrayList<>();
        try {
            while (true) {
                Socket client = listening.accept();
                held.add(client);
                client.getOutputStream().write(beginning.getBytes(StandardCharsets.US_ASCII));
                client.getOutputStream().flush();
            }
        } catch (IOException e) {
            held.forEach(HttpConfigPluginTest::close);
        }
    }

    private static void close(Socket socket) {
        try {
            socket.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void believesOnlyAuthoritiesThatAreKnown(@TempDir Path folder) throws Exception {
        TestCertificate certificate = TestCertificate.in(folder);
        try (ConfigSite encrypted = ConfigSite.encrypted(certificate.context())) {
            encrypted.put("/me", "mx.example.org");
            String url = encrypted.url("https://localhost", "/");
            Map<String, String> known = Map.of("ca", certificate.pem().toString());

            assertThat(plugin(known, url).onConfig("me")).contains(List.of("mx.example.org"));
            HttpConfigPlugin stranger = plugin(url);
            assertThatThrownBy(() -> stranger.onConfig("me")).hasMessageContaining("no server");
            HttpConfigPlugin otherName = plugin(known, encrypted.url("https://127.0.0.1", "/"));
            assertThatThrownBy(() -> otherName.onConfig("me")).hasMessageContaining("no server");
        }
    }

    @ParameterizedTest
    @CsvSource({
        "ftp://example.org/, is no http: or https: URL",
        "file:///etc/, is no http: or https: URL",
        "config/, is no http: or https: URL",
        "http:///x/, names no host",
        "http://example.org/#, or has a #",
        "http://joe:secret@example.org/, the URL of example.org has a user",
        "http://exa mple.org/, is no URL",
        "'', no URL is given"
    })
    void refusesWhatIsNoUrl(String url, String said) {
        assertThatThrownBy(() -> plugin(url))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(said)
                .hasMessageNotContaining("secret");
    }

    @Test
    void refusesAFileOfAuthoritiesThatIsNoGood(@TempDir Path folder) {
        Map<String, String> missing = Map.of("ca", folder.resolve("ca.pem").toString());

        assertThatThrownBy(() -> plugin(missing, site.url("/")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("ca.pem' is not there");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", ".hidden", "/etc/passwd", "../me", "a/../me", "a/.b", "a\nb"})
    void asksNobodyForWhatIsNoName(String name) {
        assertThat(plugin(site.url("/")).onConfig(name)).isEmpty();
        assertThat(site.asked()).isEmpty();
    }

    @Test
    void writesNamesAsUrlsHaveThem() {
        site.put("/peers/0", "x").put("/a%20b%26c%C3%BC", "y");
        HttpConfigPlugin plugin = plugin(site.url("/"));

        assertThat(plugin.onConfig("peers/0")).isPresent();
        assertThat(plugin.onConfig("a b&cü")).isPresent();
    }

    @Test
    void sessionsHaveTheirSettingsAndListsFromIt() throws Exception {
        site.put("/me", "mx.from.http").put("/rcpthosts", "example.com");
        RcptHook ours =
                (transaction, recipient) ->
                        transaction
                                        .connection()
                                        .config()
                                        .list("rcpthosts")
                                        .contains(recipient.address().host())
                                ? HookResult.OK
                                : HookResult.deny("not ours");
        try (TestServer server =
                        TestServer.builder()
                                .config("rcpthosts", "example.net")
                                .plugin("http_config", plugin(site.url("/")))
                                .plugin("ours", ours)
                                .start();
                SmtpClient client = server.connect()) {
            assertThat(client.read().text()).contains("mx.from.http");
            client.send("HELO client");
            client.send("MAIL FROM:<a@example.org>");
            assertThat(client.send("RCPT TO:<a@example.com>").code()).isEqualTo(250);
            assertThat(client.send("RCPT TO:<a@example.net>").code()).isEqualTo(550);
        }
    }

    @Test
    void mailIsDeferredWhileNothingIsKnownUnlessItMayBeSkipped() throws Exception {
        site.close();
        try (TestServer server =
                        TestServer.builder().plugin("http_config", plugin(site.url("/"))).start();
                SmtpClient client = server.connect()) {
            assertThat(client.read().code()).isEqualTo(421);
        }
        try (TestServer server =
                        TestServer.builder()
                                .skippingPlugin("http_config", plugin(site.url("/")))
                                .start();
                SmtpClient client = server.connect()) {
            assertThat(client.read().text()).contains("mx.example.org");
        }
    }

    @Test
    void itsThreadsEndWithIt() {
        site.put("/me", "mx.example.org");
        assertThat(plugin(site.url("/")).onConfig("me")).isPresent();
        assertThat(threads()).isNotEmpty();

        made.forEach(HttpConfigPlugin::close);
        made.clear();

        eventually(
                () -> {
                    System.gc();
                    assertThat(threads()).isEmpty();
                });
    }

    private static List<String> threads() {
        return Thread.getAllStackTraces().keySet().stream()
                .map(Thread::getName)
                .filter(name -> name.equals("http_config") || name.startsWith("HttpClient-"))
                .toList();
    }

    private static void eventually(Runnable check) {
        long due = System.nanoTime() + Duration.ofSeconds(60).toNanos();
        while (true) {
            try {
                check.run();
                return;
            } catch (AssertionError e) {
                if (System.nanoTime() > due) {
                    throw e;
                }
                LockSupport.parkNanos(10_000_000);
            }
        }
    }
}
