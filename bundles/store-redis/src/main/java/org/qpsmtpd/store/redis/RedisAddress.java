package org.qpsmtpd.store.redis;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Where Redis is, as {@code config/store} says it.
 *
 * @param isEncrypted whether TLS is spoken
 * @param hosts the server; or the sentinels, where a master is named
 * @param master what the sentinels call the server; empty without sentinels
 * @param user empty for the default one
 * @param password empty for none; never shown
 * @param database its number
 * @param authorities file with certificates that TLS trusts; null for those of Java
 */
record RedisAddress(
        boolean isEncrypted,
        List<Host> hosts,
        String master,
        String user,
        String password,
        int database,
        @Nullable Path authorities) {
    private static final Pattern FORM =
            Pattern.compile(
                    "(rediss?)(\\+sentinel)?://(?:(.*)@)?([^/?@]+)(?:/([^?]*))?(?:\\?ca=(.+))?");
    private static final Pattern HOST =
            Pattern.compile("(?:\\[([0-9A-Fa-f:.]+)]|([A-Za-z0-9_.-]+))(?::([0-9]{1,5}))?");
    private static final Pattern MASTER = Pattern.compile("[A-Za-z0-9_.-]{1,100}");
    private static final int MOST_HOSTS = 16;
    private static final int LARGEST_PORT = 65_535;

    /** A host name or an address, and a port. */
    record Host(String name, int port) {
        @Override
        public String toString() {
            return (name.contains(":") ? "[" + name + "]" : name) + ":" + port;
        }
    }

    static boolean isOne(String setting) {
        return setting.matches("rediss?(\\+sentinel)?://.*");
    }

    /**
     * Reads a setting.
     *
     * @throws IllegalArgumentException saying what is wrong; without the password
     */
    static RedisAddress parse(String setting) {
        Matcher form = FORM.matcher(setting);
        if (!form.matches()) {
            throw new IllegalArgumentException(
                    "the address is not redis://[USER:PASSWORD@]HOST:PORT[/DATABASE]");
        }
        boolean hasSentinels = form.group(2) != null;
        String path = form.group(5) == null ? "" : form.group(5);
        int slash = path.indexOf('/');
        String master = !hasSentinels ? "" : slash < 0 ? path : path.substring(0, slash);
        if (hasSentinels && !MASTER.matcher(master).matches()) {
            throw new IllegalArgumentException(
                    "behind the sentinels the name of the master is missing, such as"
                            + " redis+sentinel://HOST:PORT,HOST:PORT/mymaster");
        }
        String database = !hasSentinels ? path : slash < 0 ? "" : path.substring(slash + 1);
        String who = form.group(3) == null ? ":" : form.group(3);
        return new RedisAddress(
                form.group(1).equals("rediss"),
                hosts(form.group(4), hasSentinels),
                master,
                decode(who.substring(0, colon(who))),
                decode(who.substring(colon(who) + 1)),
                database(database),
                form.group(6) == null ? null : file(form.group(6)));
    }

    private static int colon(String who) {
        int colon = who.indexOf(':');
        if (colon < 0) {
            throw new IllegalArgumentException(
                    "before the @ stand USER:PASSWORD, or :PASSWORD for the default user");
        }
        return colon;
    }

    private static String decode(String text) {
        try {
            return URLDecoder.decode(text.replace("+", "%2B"), StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(
                    "a % in user or password is followed by two digits of base 16");
        }
    }

    private static List<Host> hosts(String text, boolean isSentinels) {
        List<Host> hosts = new ArrayList<>();
        for (String each : text.split(",", -1)) {
            Matcher host = HOST.matcher(each);
            boolean isOne = host.matches();
            String port = isOne ? host.group(3) : null;
            int number = port != null ? Integer.parseInt(port) : isSentinels ? 26_379 : 6_379;
            if (!isOne || number == 0 || number > LARGEST_PORT) {
                throw new IllegalArgumentException("'" + each + "' is not HOST:PORT");
            }
            hosts.add(new Host(host.group(1) != null ? host.group(1) : host.group(2), number));
        }
        if (hosts.size() > (isSentinels ? MOST_HOSTS : 1)) {
            throw new IllegalArgumentException(
                    "there is one server, or there are " + MOST_HOSTS + " sentinels at most");
        }
        return List.copyOf(hosts);
    }

    private static int database(String text) {
        if (text.isEmpty()) {
            return 0;
        }
        if (!text.matches("[0-9]{1,5}")) {
            throw new IllegalArgumentException("'" + text + "' is not the number of a database");
        }
        return Integer.parseInt(text);
    }

    private static Path file(String text) {
        try {
            return Path.of(text);
        } catch (InvalidPathException e) {
            throw new IllegalArgumentException("'" + text + "' is not a path", e);
        }
    }

    /** For an administrator. */
    @Override
    public String toString() {
        String scheme = (isEncrypted ? "rediss" : "redis") + (master.isEmpty() ? "" : "+sentinel");
        String all = String.join(",", hosts.stream().map(Host::toString).toList());
        return scheme + "://" + all + (master.isEmpty() ? "" : "/" + master) + "/" + database;
    }
}
