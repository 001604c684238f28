package org.qpsmtpd.bench;

import java.nio.file.Path;
import java.util.List;

/** All servers that can be compared. */
final class Products {
    static final String OURS = "ours";
    static final String QPSMTPD = "qpsmtpd";
    static final String POSTFIX = "postfix";
    static final String SINK = "sink";
    static final String BARE = "bare";
    static final String HARAKA = "haraka";
    static final String RSPAMD = "rspamd";

    private Products() {}

    static Product ofName(String name, Settings settings) {
        Path distribution = settings.distribution();
        return switch (name) {
            case OURS -> new OurServer(distribution);
            case QPSMTPD -> new DebianQpsmtpd(distribution);
            case POSTFIX -> new Postfix();
            case SINK -> new SmtpSink();
            case BARE -> new BareNetty(distribution);
            case HARAKA -> new Haraka(settings.haraka());
            case RSPAMD -> new Rspamd();
            default -> throw new IllegalArgumentException("no server is named '" + name + "'");
        };
    }

    /** The plugins that both qpsmtpd servers run in front of their queue plugin. */
    static final List<String> PLUGINS =
            List.of(
                    "hosts_allow",
                    "relay",
                    "badmailfrom",
                    "badrcptto",
                    "helo",
                    "count_unrecognized_commands 4",
                    "rcpt_ok");

    /** The plugins of ours that find out whose mail it is. */
    static final List<String> CHECKS =
            List.of("sender_permitted_from reject 0", "dkim", "dmarc");
}
