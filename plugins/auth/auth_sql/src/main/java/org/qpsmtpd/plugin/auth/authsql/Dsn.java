package org.qpsmtpd.plugin.auth.authsql;

import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads the name of a data source as Perl's DBI has it. */
final class Dsn {
    private static final Pattern FORM =
            Pattern.compile("dbi:(mysql|mariadb|pg):(.*)", Pattern.CASE_INSENSITIVE);
    private static final String VALUE = "[A-Za-z0-9_.:-]+";

    private Dsn() {}

    /**
     * The URL for {@code dbi:mysql:dbname=vpopmail;host=127.0.0.1} and its like.
     *
     * @throws IllegalArgumentException saying what is wrong with it
     */
    static String url(String text) {
        Matcher form = FORM.matcher(text.strip());
        if (!form.matches()) {
            throw wrong(text);
        }
        Map<String, String> words = words(text, form.group(2));
        boolean isPostgresql = form.group(1).equalsIgnoreCase("pg");
        String host = words.getOrDefault("host", "127.0.0.1");
        String port = words.getOrDefault("port", isPostgresql ? "5432" : "3306");
        String name = words.getOrDefault("dbname", words.getOrDefault("database", ""));
        if (name.isEmpty() || !port.matches("[0-9]{1,5}")) {
            throw wrong(text);
        }
        String place = (host.indexOf(':') < 0 ? host : "[" + host + "]") + ":" + port + "/" + name;
        if (isPostgresql) {
            return "jdbc:postgresql://" + place;
        }
        boolean tls = "1".equals(words.get("mysql_ssl"));
        return "jdbc:mariadb://" + place + "?sslMode=" + (tls ? "verify-full" : "disable");
    }

    private static Map<String, String> words(String text, String list) {
        Map<String, String> words = new TreeMap<>();
        String full = list.indexOf('=') < 0 ? "dbname=" + list : list;
        for (String word : full.split(";", -1)) {
            int equals = word.indexOf('=');
            if (equals < 1 || !word.substring(equals + 1).matches(VALUE)) {
                throw wrong(text);
            }
            words.put(
                    word.substring(0, equals).strip().toLowerCase(Locale.ROOT),
                    word.substring(equals + 1));
        }
        return words;
    }

    private static IllegalArgumentException wrong(String text) {
        return new IllegalArgumentException(
                "'" + text + "' is not of the form dbi:mysql:dbname=vpopmail;host=127.0.0.1");
    }
}
