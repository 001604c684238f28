package org.qpsmtpd.itest.process;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** Checks of SPF with the records they meet, always the same ones. */
final class SpfCases {
    private static final List<String> NAMES =
            List.of(
                    "a.example",
                    "b.example",
                    "c.example",
                    "mail.a.example",
                    "_spf.b.example",
                    "1.2.0.192.in-addr.arpa");
    private static final List<String> ADDRESSES =
            List.of("192.0.2.1", "192.0.2.77", "198.51.100.1", "10.1.2.3");
    private static final List<String> ADDRESSES_IPV6 =
            List.of("2001:db8::1", "2001:db8::77", "2001:db8:1::1", "fe80::1");
    private static final List<String> LOCALS =
            List.of("user", "strong-bad", "a.b.c", "x+y", "postmaster", "o'neil", "a=b");
    private static final List<String> MACROS =
            List.of(
                    "%{d}",
                    "%{d2}",
                    "%{o}",
                    "%{l}",
                    "%{lr-}",
                    "%{l1r+-}",
                    "%{i}",
                    "%{ir}",
                    "%{v}",
                    "%{h}",
                    "%{s}",
                    "%{S}",
                    "%{dr}",
                    "%%",
                    "%{D1}",
                    "%{p}");
    private static final List<String> FAULTS =
            List.of(
                    "ip4:1.2.3",
                    "ip4:1.2.3.4/33",
                    "ip6:::1/129",
                    "ip6:1.2.3.4",
                    "a:",
                    "mx:",
                    "ptr:",
                    "include:",
                    "include",
                    "exists",
                    "exists:",
                    "all:x.example",
                    "-all.",
                    "a/33",
                    "a//129",
                    "mx/24/64",
                    "foo",
                    "x=%",
                    "redirect=",
                    "exp=",
                    "a:%{d0}",
                    "a:%{x}.example",
                    "a:localhost",
                    "a:b.123",
                    "include:a.example/24",
                    "a/024",
                    "ip4:1.2.3.4/08",
                    "--all",
                    "=x",
                    "1x=y",
                    "a:b.example:25",
                    "exists:%{c}.example");

    private final Random random;

    SpfCases(long seed) {
        random = new Random(seed);
    }

    /**
     * A check.
     *
     * @param sender empty for the null sender
     */
    record Case(String client, String helo, String sender, List<Entry> zone) {
        String text() {
            StringBuilder text = new StringBuilder("\nclient " + client + "\nhelo " + helo + "\n");
            text.append(sender.isEmpty() ? "" : "sender " + sender + "\n");
            for (Entry entry : zone) {
                text.append("rr " + entry.name() + " " + entry.type() + " " + entry.value() + "\n");
            }
            return text.toString();
        }
    }

    /** A record of the DNS; of the type TIMEOUT for a name that nobody answers for. */
    record Entry(String name, String type, String value) {}

    Case next() {
        List<Entry> zone = new ArrayList<>();
        for (String name : NAMES) {
            fill(zone, name);
        }
        String client = random.nextInt(3) == 0 ? any(ADDRESSES_IPV6) : any(ADDRESSES);
        String helo = random.nextInt(10) == 0 ? "localhost" : any(NAMES.subList(0, 4));
        String sender = any(LOCALS) + "@" + any(NAMES.subList(0, 3));
        return new Case(client, helo, random.nextInt(20) == 0 ? "" : sender, zone);
    }

    private void fill(List<Entry> zone, String name) {
        int kind = random.nextInt(40);
        if (kind == 0) {
            zone.add(new Entry(name, "TIMEOUT", "-"));
            return;
        }
        if (kind > 3) {
            zone.add(new Entry(name, "TXT", record()));
        }
        if (kind == 4) {
            zone.add(new Entry(name, "TXT", random.nextBoolean() ? record() : "v=spf10 -all"));
        }
        for (int i = random.nextInt(3); i > 0; i--) {
            zone.add(new Entry(name, "A", any(ADDRESSES)));
            zone.add(new Entry(name, "AAAA", any(ADDRESSES_IPV6)));
        }
        for (int i = random.nextInt(3); i > 0; i--) {
            zone.add(new Entry(name, "MX", i + " " + any(NAMES.subList(0, 4))));
        }
        if (name.endsWith("arpa")) {
            zone.add(new Entry(name, "PTR", any(NAMES.subList(0, 4))));
        }
    }

    private String record() {
        StringBuilder record = new StringBuilder(random.nextInt(10) == 0 ? "V=spF1" : "v=spf1");
        for (int i = random.nextInt(6); i > 0; i--) {
            record.append(random.nextInt(8) == 0 ? "  " : " ").append(term());
        }
        return record.append(random.nextInt(8) == 0 ? " " : " -all").toString();
    }

    private String term() {
        if (random.nextInt(40) == 0) {
            return any(FAULTS);
        }
        String qualifier = any(List.of("", "", "", "+", "-", "~", "?"));
        return switch (random.nextInt(13)) {
            case 0, 1 -> qualifier + any(List.of("a", "A")) + target() + prefixes();
            case 2, 3 -> qualifier + any(List.of("mx", "Mx")) + target() + prefixes();
            case 4 -> qualifier + "ptr" + target();
            case 5 ->
                    qualifier
                            + "ip4:"
                            + any(ADDRESSES)
                            + any(List.of("", "/24", "/0", "/32", "/25"));
            case 6 ->
                    qualifier
                            + "ip6:"
                            + any(ADDRESSES_IPV6)
                            + any(List.of("", "/64", "/0", "/128"));
            case 7, 8 -> qualifier + "include:" + domain();
            case 9 -> qualifier + "exists:" + domain();
            case 10 -> "redirect=" + domain();
            case 11 -> any(List.of("x=y", "moo.cow-x_1=%{d}:y", "exp=b.example", "all=x"));
            default -> random.nextInt(4) == 0 ? qualifier + "all" : "ip4:203.0.113.9";
        };
    }

    private String target() {
        return random.nextInt(3) == 0 ? "" : ":" + domain();
    }

    private String prefixes() {
        return any(List.of("", "", "", "/24", "//64", "/24//64", "/0", "//0", "/16//48"));
    }

    private String domain() {
        return switch (random.nextInt(8)) {
            case 0 -> any(MACROS) + "." + any(NAMES.subList(0, 4));
            case 1 -> any(List.of("%{d}", "%{o}", "%{h}", "%{d2}"));
            case 2 -> any(NAMES.subList(0, 4)) + ".";
            default -> any(NAMES.subList(0, 5));
        };
    }

    private String any(List<String> some) {
        return some.get(random.nextInt(some.size()));
    }
}
