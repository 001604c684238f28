package org.qpsmtpd.plugin.uribl;

import java.net.InetAddress;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.qpsmtpd.api.config.DomainList;
import org.qpsmtpd.api.dnslist.ListSubject;
import org.qpsmtpd.api.net.Hosts;

/** The hosts of a message, those of links before other words, each once. */
final class FoundHosts {
    /** Of each of the two kinds; what comes behind is counted. */
    private static final int MOST = 10_000;

    private static final int MOST_LABELS = 6;
    private static final int LONGEST_LABEL = 63;
    private static final int LONGEST_NAME = 200;

    private final Set<String> links = new LinkedHashSet<>();
    private final Set<String> words = new LinkedHashSet<>();
    private final Set<InetAddress> addresses = new LinkedHashSet<>();
    private int leftOut;

    /**
     * What is to be looked up.
     *
     * @param subjects names and addresses
     * @param leftOut how many hosts are not among them, since there are too many
     */
    record Wanted(List<ListSubject> subjects, int leftOut) {}

    /** Takes what stands where a link has its host. */
    void link(String text) {
        String host = name(text);
        Optional<InetAddress> address = NumericHost.parse(text.startsWith("[") ? text : host);
        if (address.isPresent()) {
            address.filter(FoundHosts::isPublic).ifPresent(one -> take(addresses, one));
        } else if (isName(host)) {
            take(links, host);
        }
    }

    /** Takes a word that may be a host. */
    void word(String text) {
        String host = name(text);
        String top = host.substring(host.lastIndexOf('.') + 1);
        if (isName(host) && (TopLevels.contains(top) || host.startsWith("www."))) {
            take(words, host);
        }
    }

    private <T> void take(Set<T> hosts, T host) {
        if (hosts.size() < MOST) {
            hosts.add(host);
        } else if (!hosts.contains(host)) {
            leftOut++;
        }
    }

    /** As it is compared, as far as it can be one: from behind, up to a label that is none. */
    private static String name(String text) {
        int end = text.length();
        while (end > 0 && !Character.isLetterOrDigit(text.charAt(end - 1))) {
            end--;
        }
        String host = Hosts.comparable(text.substring(0, end));
        int start = host.length();
        int from = start;
        while (from > 0) {
            int dot = host.lastIndexOf('.', from - 1);
            if (!isLabel(host, dot + 1, from) || host.length() - dot > LONGEST_NAME) {
                break;
            }
            start = dot + 1;
            from = dot;
        }
        return host.substring(start);
    }

    private static boolean isLabel(String host, int start, int end) {
        if (end <= start || end - start > LONGEST_LABEL) {
            return false;
        }
        for (int i = start; i < end; i++) {
            char c = host.charAt(i);
            boolean isGood =
                    (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
            if (!isGood) {
                return false;
            }
        }
        return host.charAt(start) != '-' && host.charAt(end - 1) != '-';
    }

    private static boolean isName(String host) {
        int dot = host.lastIndexOf('.');
        return dot > 0 && host.length() > dot + 2 && !Character.isDigit(host.charAt(dot + 1));
    }

    /** Lists have entries for tests among the others. */
    private static boolean isPublic(InetAddress address) {
        return !address.isLoopbackAddress()
                && !address.isAnyLocalAddress()
                && !address.isSiteLocalAddress()
                && !address.isLinkLocalAddress()
                && !address.isMulticastAddress();
    }

    /**
     * Chooses what is looked up.
     *
     * @param spared domains that are not, with all below them
     * @param asksAddresses whether addresses are
     * @param most how many hosts
     */
    Wanted wanted(DomainList spared, boolean asksAddresses, int most) {
        Set<ListSubject> subjects = new LinkedHashSet<>();
        int taken = 0;
        int left = leftOut;
        Set<String> asked = new HashSet<>();
        Set<String> names = new LinkedHashSet<>(links);
        names.addAll(words);
        for (String host : names) {
            List<String> domains = domains(host);
            if (isSpared(host, spared) || asked.containsAll(domains)) {
                continue;
            }
            if (taken++ < most) {
                asked.addAll(domains);
                domains.forEach(domain -> subjects.add(ListSubject.of(domain)));
            } else {
                left++;
            }
        }
        for (InetAddress address : asksAddresses ? addresses : Set.<InetAddress>of()) {
            if (taken++ < most) {
                subjects.add(ListSubject.of(address));
            } else {
                left++;
            }
        }
        return new Wanted(List.copyOf(subjects), left);
    }

    private static boolean isSpared(String host, DomainList spared) {
        return !spared.isEmpty() && parents(host).anyMatch(spared::contains);
    }

    /** The host and the domains it is in, down to two labels. */
    private static Stream<String> parents(String host) {
        return Stream.iterate(
                host, name -> name.indexOf('.') > 0, name -> name.substring(name.indexOf('.') + 1));
    }

    /** Those that somebody may have registered, the shortest first. */
    private static List<String> domains(String host) {
        List<String> domains = new ArrayList<>();
        parents(host).forEach(name -> domains.add(0, name));
        String first = domains.get(0);
        int dot = first.indexOf('.');
        if (domains.size() > 1
                && TopLevels.isRegistry(first.substring(0, dot), first.substring(dot + 1))) {
            domains.remove(0);
        }
        return domains.subList(0, Math.min(domains.size(), MOST_LABELS));
    }
}
