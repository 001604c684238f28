package org.qpsmtpd.itest.process;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPairGenerator;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.qpsmtpd.itest.FreePort;
import org.qpsmtpd.itest.ProcessOutput;
import org.qpsmtpd.itest.Program;
import org.qpsmtpd.itest.Waiting;

/** Debian's rspamd, with rules of the test's own that go by the subject. */
final class RspamdServer implements AutoCloseable {
    /** Signs for the sender's domain, and judges by words in the subject. */
    private static final String CONFIGURATION =
            """
            options {
              filters = "dkim";
              dns { nameserver = ["127.0.0.1:%3$d"]; timeout = %4$s; retransmits = 1; }
              tempdir = "%1$s";
              url_tld = "%1$s/tld";
              pidfile = "%1$s/pid";
              control_socket = "%1$s/control mode=0600";
              gtube_patterns = "all";
            }
            logging { type = "console"; level = "info"; }
            worker "normal" {
              bind_socket = "127.0.0.1:%2$d";
              bind_socket = "%1$s/socket mode=0600";
              count = 1;
            }
            metric {
              name = "default";
              actions { reject = 15; add_header = 6; rewrite_subject = 8; subject = "[SPAM] %%s"; }
            }
            group "dkim" { symbols { R_DKIM_ALLOW { weight = -0.1; } R_DKIM_REJECT { weight = 0.1; } } }
            lang_detection { languages = []; }
            lua = "%1$s/rules.lua";
            modules {
              path = "/usr/share/rspamd/plugins/dkim_signing.lua";
              path = "/usr/share/rspamd/plugins/settings.lua";
            }
            dkim_signing {
              path = "%1$s/key"; selector = "%5$s"; use_domain = "header"; use_esld = false;
              sign_inbound = true; sign_local = true; check_pubkey = false; use_redis = false;
            }
            dkim { dkim_cache_size = 2k; }
            settings {
              strict { id = "strict"; apply { actions { reject = 5; } } }
            }
            """;

    private static final String RULES =
            """
            local function has(task, word)
              return (task:get_header('Subject') or ''):find(word) ~= nil
            end
            rspamd_config.MARK = {
              callback = function(task) return has(task, 'mark') end, score = 7.0 }
            rspamd_config.REWRITE = {
              callback = function(task) return has(task, 'rewrite') end, score = 9.0 }
            rspamd_config:register_symbol{name = 'SOFT', type = 'prefilter',
              callback = function(task)
                if task:get_header('Subject') == 'soft' then task:set_pre_result('soft reject', 'Come again') end
              end}
            rspamd_config:register_symbol{name = 'CHANGES', type = 'postfilter',
              callback = function(task)
                if has(task, 'changes') then
                  task:set_milter_reply({
                    add_headers = {['X-Last'] = 'one', ['X-Top'] = {value = 'two', order = 0}},
                    remove_headers = {['X-Old'] = 0}})
                end
              end}
            """;

    private static final int NOBODY = 1;

    private final Path folder;
    private final int port = FreePort.take();
    private final Program program = Program.find("rspamd", "rspamd");
    private Process process;

    /**
     * What it works with.
     *
     * @param key it signs with, in PEM
     * @param selector of the key
     * @param nameServer port of the name server that it asks
     */
    record Setup(String key, String selector, int nameServer) {
        /** Asks nobody. */
        private static Setup alone() throws NoSuchAlgorithmException {
            return new Setup(RspamdServer.key(), "test", NOBODY);
        }

        private String timeout() {
            return nameServer == NOBODY ? "100ms" : "5s";
        }
    }

    /** Starts it, with a key of its own. */
    RspamdServer(Path folder) throws IOException, NoSuchAlgorithmException {
        this(folder, Setup.alone());
    }

    /**
     * Starts it.
     *
     * @param folder where it may write; a short path, as it has a socket there
     */
    RspamdServer(Path folder, Setup setup) throws IOException {
        this.folder = folder;
        Files.writeString(folder.resolve("tld"), "com\nnet\norg\n");
        Files.writeString(folder.resolve("rules.lua"), RULES);
        Files.writeString(folder.resolve("key"), setup.key());
        Files.writeString(
                folder.resolve("conf"),
                CONFIGURATION.formatted(
                        folder, port, setup.nameServer(), setup.timeout(), setup.selector()));
        process = started();
    }

    private Process started() throws IOException {
        Files.deleteIfExists(folder.resolve("socket"));
        List<String> arguments = List.of("-f", "-i", "-c", folder.resolve("conf").toString());
        Process started = program.start(arguments, List.of());
        ProcessOutput.of(started.getInputStream())
                .await("rspamd to listen", said -> said.contains("normal process") || isThere());
        Eventually.holds("rspamd to listen", this::isThere);
        return started;
    }

    /** Starts it anew when it was closed. */
    void start() throws IOException {
        process = started();
    }

    private boolean isThere() {
        return Files.exists(folder.resolve("socket"));
    }

    private static String key() throws NoSuchAlgorithmException {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
        generator.initialize(2048);
        byte[] key = generator.generateKeyPair().getPrivate().getEncoded();
        return "-----BEGIN PRIVATE KEY-----\n"
                + Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(key)
                + "\n-----END PRIVATE KEY-----\n";
    }

    /** What it says of a message, in JSON. */
    String check(byte[] message) throws IOException, InterruptedException {
        HttpRequest request =
                HttpRequest.newBuilder(URI.create("http://" + port() + "/checkv2"))
                        .version(HttpClient.Version.HTTP_1_1)
                        .header("IP", "192.0.2.1")
                        .header("From", "joe@example.org")
                        .POST(HttpRequest.BodyPublishers.ofByteArray(message))
                        .build();
        return HttpClient.newHttpClient()
                .send(request, HttpResponse.BodyHandlers.ofString())
                .body();
    }

    /** {@code HOST:PORT}. */
    String port() {
        return "127.0.0.1:" + port;
    }

    /** The path of its socket. */
    Path socket() {
        return folder.resolve("socket");
    }

    /** Ends it with its workers. */
    @Override
    public void close() {
        List<ProcessHandle> workers = process.descendants().toList();
        process.destroy();
        try {
            if (!process.waitFor(Waiting.LIMIT.toSeconds(), TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        workers.forEach(ProcessHandle::destroyForcibly);
    }
}
