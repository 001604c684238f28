package org.qpsmtpd.plugin.tls;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.qpsmtpd.api.config.ConfigLine;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The file {@code tls_protocols}: names separated by colons, {@code !} before those left out. */
final class Protocols {
    private static final Logger LOG = LoggerFactory.getLogger(Protocols.class);
    private static final String TLS13 = "TLSv1.3";
    private static final String TLS12 = "TLSv1.2";
    private static final List<String> BOTH = List.of(TLS13, TLS12);

    private Protocols() {}

    /** The protocols, never below TLS 1.2 (RFC 8996); both when the file says nothing else. */
    static List<String> parse(List<ConfigLine> lines) {
        List<String> wanted = new ArrayList<>();
        List<String> unwanted = new ArrayList<>();
        for (ConfigLine line : lines) {
            for (String word : line.text().split("[:,\\s]+", -1)) {
                boolean not = word.startsWith("!");
                String name = (not ? word.substring(1) : word).replace('_', '.');
                List<String> meant = meant(name);
                if (!not && meant.isEmpty() && !name.isEmpty()) {
                    LOG.warn("{}: '{}' is left out, TLS begins with TLSv1_2", line.place(), word);
                }
                (not ? unwanted : wanted).addAll(meant);
            }
        }
        List<String> left = new ArrayList<>(BOTH);
        left.removeIf(one -> unwanted.contains(one) || !(wanted.isEmpty() || wanted.contains(one)));
        if (left.isEmpty()) {
            LOG.warn("{}: leaves no protocol, it is ignored", lines.get(0).place());
            return BOTH;
        }
        return List.copyOf(left);
    }

    private static List<String> meant(String name) {
        return switch (name.toUpperCase(Locale.ROOT)) {
            case "SSLV23", "TLSV1.X", "ALL" -> BOTH;
            case "TLSV1.2", "TLSV12" -> List.of(TLS12);
            case "TLSV1.3", "TLSV13" -> List.of(TLS13);
            default -> List.of();
        };
    }
}
