package org.qpsmtpd.plugin.tls;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.Predicate;
import org.qpsmtpd.api.config.ConfigLine;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The file {@code tls_ciphers}: a list as OpenSSL takes it, for TLS 1.2. The suites of TLS 1.3 are
 * always there. {@code HIGH} and {@code DEFAULT} are the suites with forward secrecy and
 * authenticated encryption (RFC 9325); others are used when the list names them or says {@code
 * ALL}.
 */
final class CipherSuites {
    private static final Logger LOG = LoggerFactory.getLogger(CipherSuites.class);

    private static final List<String> TLS13 =
            List.of(
                    "TLS_AES_256_GCM_SHA384",
                    "TLS_CHACHA20_POLY1305_SHA256",
                    "TLS_AES_128_GCM_SHA256");

    private static final List<String> GOOD =
            List.of(
                    "ECDHE-ECDSA-AES256-GCM-SHA384",
                    "ECDHE-RSA-AES256-GCM-SHA384",
                    "ECDHE-ECDSA-CHACHA20-POLY1305",
                    "ECDHE-RSA-CHACHA20-POLY1305",
                    "ECDHE-ECDSA-AES128-GCM-SHA256",
                    "ECDHE-RSA-AES128-GCM-SHA256");

    private static final List<String> OTHERS =
            List.of(
                    "DHE-RSA-AES256-GCM-SHA384",
                    "DHE-RSA-CHACHA20-POLY1305",
                    "DHE-RSA-AES128-GCM-SHA256",
                    "ECDHE-ECDSA-AES256-SHA384",
                    "ECDHE-RSA-AES256-SHA384",
                    "ECDHE-ECDSA-AES128-SHA256",
                    "ECDHE-RSA-AES128-SHA256",
                    "ECDHE-ECDSA-AES256-SHA",
                    "ECDHE-RSA-AES256-SHA",
                    "ECDHE-ECDSA-AES128-SHA",
                    "ECDHE-RSA-AES128-SHA",
                    "AES256-GCM-SHA384",
                    "AES128-GCM-SHA256",
                    "AES256-SHA256",
                    "AES128-SHA256",
                    "AES256-SHA",
                    "AES128-SHA");

    /** What there is none of here, so that leaving it out needs no word. */
    private static final Set<String> WEAK =
            Set.of(
                    "ANULL",
                    "ENULL",
                    "NULL",
                    "ADH",
                    "AECDH",
                    "EXPORT",
                    "EXP",
                    "EXPORT40",
                    "EXPORT56",
                    "LOW",
                    "MEDIUM",
                    "MD5",
                    "DES",
                    "3DES",
                    "DES-CBC3-SHA",
                    "RC2",
                    "RC4",
                    "RC4-SHA",
                    "RC4-MD5",
                    "PSK",
                    "SRP",
                    "SEED",
                    "IDEA",
                    "CAMELLIA",
                    "ARIA",
                    "AESCCM",
                    "DSS",
                    "ADSS",
                    "KDH",
                    "KECDH",
                    "ADH-AES",
                    "SSLV2",
                    "SSLV3",
                    "KRB5",
                    "GOST94");

    private CipherSuites() {}

    /** The suites by the JDK's names, best first. */
    static List<String> parse(List<ConfigLine> lines) {
        List<String> chosen = new ArrayList<>();
        List<String> banned = new ArrayList<>();
        for (ConfigLine line : lines) {
            for (String word : line.text().split("[:,\\s]+", -1)) {
                if (!word.isEmpty() && !word.startsWith("@")) {
                    apply(line, word, chosen, banned);
                }
            }
        }
        chosen.removeAll(banned);
        if (chosen.isEmpty()) {
            if (!lines.isEmpty()) {
                LOG.warn("{}: names no suite, those of HIGH are used", lines.get(0).place());
            }
            chosen.addAll(GOOD);
        }
        List<String> suites = new ArrayList<>(TLS13);
        chosen.forEach(name -> suites.add(jdkName(name)));
        return List.copyOf(suites);
    }

    private static void apply(
            ConfigLine line, String word, List<String> chosen, List<String> banned) {
        char sign = word.charAt(0);
        boolean signed = sign == '!' || sign == '-' || sign == '+';
        String name = signed ? word.substring(1) : word;
        List<String> meant = meant(name);
        if (meant.isEmpty() && !(signed && WEAK.contains(name.toUpperCase(Locale.ROOT)))) {
            if (!TLS13.contains(name)) {
                LOG.warn("{}: '{}' stands for no suite here", line.place(), word);
            }
            return;
        }
        switch (sign) {
            case '!' -> banned.addAll(meant);
            case '-' -> chosen.removeAll(meant);
            case '+' -> {
                List<String> moved = chosen.stream().filter(meant::contains).toList();
                chosen.removeAll(moved);
                chosen.addAll(moved);
            }
            default -> meant.stream().filter(one -> !chosen.contains(one)).forEach(chosen::add);
        }
    }

    private static List<String> meant(String name) {
        List<String> all = new ArrayList<>(GOOD);
        all.addAll(OTHERS);
        for (String part : name.split("\\+", -1)) {
            Predicate<String> test = test(part);
            all.removeIf(test.negate());
        }
        return all;
    }

    private static Predicate<String> test(String word) {
        return switch (word.toUpperCase(Locale.ROOT)) {
            case "HIGH", "DEFAULT", "SECURE" -> GOOD::contains;
            case "ALL", "TLSV1.2" -> one -> true;
            case "ECDHE", "EECDH", "KECDHE", "KEECDH" -> one -> one.startsWith("ECDHE-");
            case "DHE", "EDH", "KDHE", "KEDH" -> one -> one.startsWith("DHE-");
            case "RSA", "KRSA" -> one -> one.startsWith("AES");
            case "ECDSA", "AECDSA" -> one -> one.contains("-ECDSA-");
            case "ARSA" -> one -> !one.contains("-ECDSA-");
            case "AESGCM" -> one -> one.contains("-GCM-");
            case "CHACHA20" -> one -> one.contains("CHACHA20");
            case "AES" -> one -> one.contains("AES");
            case "AES128" -> one -> one.contains("AES128");
            case "AES256" -> one -> one.contains("AES256");
            case "SHA", "SHA1" -> one -> one.endsWith("-SHA");
            case "SHA256" -> one -> one.endsWith("-SHA256") && !one.contains("-GCM-");
            case "SHA384" -> one -> one.endsWith("-SHA384") && !one.contains("-GCM-");
            default -> one -> one.equals(word) || jdkName(one).equals(word);
        };
    }

    /** {@code ECDHE-RSA-AES256-SHA384} is {@code TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA384}. */
    private static String jdkName(String name) {
        List<String> parts = new ArrayList<>(Arrays.asList(name.split("-", -1)));
        int exchange = name.startsWith("ECDHE") || name.startsWith("DHE") ? 2 : 0;
        String first = exchange == 0 ? "RSA" : String.join("_", parts.subList(0, exchange));
        String rest = String.join("_", parts.subList(exchange, parts.size()));
        if (rest.contains("POLY1305")) {
            rest = rest + "_SHA256";
        } else if (!rest.contains("GCM")) {
            rest = rest.replace("_SHA", "_CBC_SHA");
        }
        rest = rest.replace("AES128", "AES_128").replace("AES256", "AES_256");
        return "TLS_" + first + "_WITH_" + rest;
    }
}
