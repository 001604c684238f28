package org.qpsmtpd.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** Debian's rspamd with its checks of SPF, DKIM and DMARC alone, asked over HTTP. */
final class Rspamd implements Product {
    private static final String PROGRAM = "/usr/bin/rspamd";

    /** The lists of local networks are empty, since clients of loopback are to be checked. */
    private static final String CONFIGURATION =
            """
            options {
              filters = "dkim";
              dns { nameserver = ["127.0.0.1:%3$d"]; timeout = 5s; retransmits = 1; }
              local_addrs = "192.0.2.0/24";
              tempdir = "%1$s";
              url_tld = "%1$s/tld";
              pidfile = "%1$s/pid";
              control_socket = "%1$s/control mode=0600";
              max_message = 50M;
            }
            logging { type = "console"; level = "error"; }
            worker "normal" { bind_socket = "127.0.0.1:%2$d"; count = 1; }
            metric { name = "default"; actions { reject = 15; } }
            group "policies" {
              symbols {
                R_SPF_ALLOW { weight = -0.2; }
                R_DKIM_ALLOW { weight = -0.2; }
                DMARC_POLICY_ALLOW { weight = -0.5; }
              }
            }
            lang_detection { languages = []; }
            lua = "%1$s/rules.lua";
            modules {
              path = "/usr/share/rspamd/plugins/spf.lua";
              path = "/usr/share/rspamd/plugins/dmarc.lua";
            }
            dmarc { }
            spf { spf_cache_size = 2k; spf_cache_expire = 1d; }
            dkim { dkim_cache_size = 2k; dkim_cache_expire = 1d; check_local = true; }
            """;

    @Override
    public String name() {
        return Products.RSPAMD;
    }

    @Override
    public String label() {
        return "rspamd";
    }

    @Override
    public String version() throws IOException, InterruptedException {
        return Commands.run(List.of(PROGRAM, "--version"));
    }

    @Override
    public boolean takes(Queue queue) {
        return queue == Queue.CHECKED;
    }

    @Override
    public boolean speaksHttp() {
        return true;
    }

    @Override
    public boolean syncs() {
        return false;
    }

    @Override
    public boolean needsLongWarmUp() {
        return false;
    }

    @Override
    public Launch prepare(Path home, int port, Queue queue) throws IOException {
        Files.writeString(home.resolve("tld"), "com\nnet\norg\ntest\n");
        Files.writeString(home.resolve("rules.lua"), "");
        Path configuration = home.resolve("conf");
        Files.writeString(
                configuration, CONFIGURATION.formatted(home, port, NameServer.ofRun().port()));
        return new Launch(
                List.of(PROGRAM, "-f", "-i", "-c", configuration.toString()),
                Map.of(),
                null,
                List.of());
    }
}
