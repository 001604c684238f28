package org.qpsmtpd.plugin.auth.authldapbind;

import java.util.List;
import java.util.Map;
import org.qpsmtpd.api.net.Hosts;
import org.qpsmtpd.ldap.DirectorySettings;

/**
 * Where users are, of the options and the file {@code ldap} together.
 *
 * @param base DN below which they are
 * @param filter what the entry of one is like
 * @param directory how the directory is reached
 */
record Place(String base, String filter, DirectorySettings directory) {
    private static final String BASE = "ldap_base";
    private static final String HOST = "ldap_host";
    private static final String PORT = "ldap_port";
    private static final String TIMEOUT = "ldap_timeout";
    private static final String ATTRIBUTE = "ldap_auth_filter_attr";
    private static final List<String> KEYS = List.of(BASE, HOST, PORT, TIMEOUT, ATTRIBUTE);

    private static final int HIGHEST_PORT = 65_535;
    private static final int LONGEST_SECONDS = 60;

    /**
     * Reads a line of the file, a key and its value.
     *
     * @throws IllegalArgumentException saying what is wrong with it
     */
    static Map.Entry<String, String> parse(String line) {
        String[] words = line.strip().split("\\s+", 2);
        if (words.length < 2 || !KEYS.contains(words[0])) {
            throw new IllegalArgumentException(
                    "'" + line + "' is not one of " + String.join(", ", KEYS) + " with its value");
        }
        checked(words[0], words[1]);
        return Map.entry(words[0], words[1]);
    }

    /**
     * Puts them together; what an option says counts.
     *
     * @throws IllegalArgumentException naming the option, its value and what is allowed
     */
    static Place of(AuthLdapBindConfig config, Map<String, String> file) {
        String host = either(HOST, config.ldap__host(), file, "127.0.0.1");
        String port = either(PORT, config.ldap__port(), file, "389");
        String seconds = either(TIMEOUT, config.ldap__timeout(), file, "5");
        String attribute = either(ATTRIBUTE, config.ldap__auth__filter__attr(), file, "uid");
        String bracketed = host.indexOf(':') < 0 ? host : "[" + host + "]";
        return new Place(
                either(BASE, config.ldap__base(), file, ""),
                config.filter().isEmpty() ? "(" + attribute + "=%u)" : config.filter(),
                new DirectorySettings(
                        config.servers().length > 0
                                ? List.of(config.servers())
                                : List.of("ldap://" + bracketed + ":" + port),
                        config.bind__dn(),
                        config.password__file(),
                        config.starttls(),
                        config.caFile(),
                        config.connections(),
                        Integer.parseInt(seconds) * 1000));
    }

    private static String either(
            String key, String option, Map<String, String> file, String otherwise) {
        return option.isEmpty() ? file.getOrDefault(key, otherwise) : checked(key, option.strip());
    }

    private static String checked(String key, String text) {
        boolean fits =
                switch (key) {
                    case HOST -> isHost(text);
                    case PORT -> isNumber(text, HIGHEST_PORT);
                    case TIMEOUT -> isNumber(text, LONGEST_SECONDS);
                    case ATTRIBUTE -> text.matches("[A-Za-z0-9][A-Za-z0-9.;-]{0,127}");
                    default -> true;
                };
        if (!fits) {
            throw new IllegalArgumentException(key + " '" + text + "' is not " + wanted(key));
        }
        return text;
    }

    private static boolean isHost(String text) {
        return text.matches("[0-9A-Fa-f.:]+") || Hosts.isDomain(text, false);
    }

    private static boolean isNumber(String text, int most) {
        int number = text.matches("[0-9]{1,5}") ? Integer.parseInt(text) : 0;
        return number >= 1 && number <= most;
    }

    private static String wanted(String key) {
        return switch (key) {
            case HOST -> "a host's name or address";
            case PORT -> "a port from 1 to " + HIGHEST_PORT;
            case TIMEOUT -> "a number of seconds from 1 to " + LONGEST_SECONDS;
            default -> "the name of an attribute";
        };
    }
}
