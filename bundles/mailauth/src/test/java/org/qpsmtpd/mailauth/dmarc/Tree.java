package org.qpsmtpd.mailauth.dmarc;

import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.qpsmtpd.mailauth.ZoneDns;

/**
 * A tree of names for evaluations: what is above a name that is there exists, all else does not.
 */
final class Tree {
    static final Duration LIMIT = Duration.ofSeconds(20);

    private final ZoneDns dns = new ZoneDns();
    private final List<Identifier> identifiers = new ArrayList<>();

    /** A record of DMARC of a domain. */
    Tree policy(String domain, String text) {
        return texts("_dmarc." + domain, List.of(text));
    }

    /** TXT records of a name, each a text or the list of its strings. */
    Tree texts(String name, List<?> records) {
        exists(name);
        records.forEach(record -> dns.with(name, "TXT", record));
        return this;
    }

    Tree exists(String name) {
        String at = name;
        while (!at.isEmpty()) {
            dns.with(at, "HINFO", "there");
            at = at.substring(at.indexOf('.') + 1 == 0 ? at.length() : at.indexOf('.') + 1);
        }
        return this;
    }

    Tree fails(String name) {
        dns.with(name, "TIMEOUT", "");
        return this;
    }

    Tree spf(String domain) {
        identifiers.add(Identifier.pass(Identifier.Method.SPF, domain));
        return this;
    }

    Tree dkim(String domain) {
        identifiers.add(Identifier.pass(Identifier.Method.DKIM, domain));
        return this;
    }

    Tree temporary(Identifier.Method method, String domain) {
        identifiers.add(Identifier.temporary(method, domain));
        return this;
    }

    ZoneDns dns() {
        return dns;
    }

    DmarcVerdict evaluate(String... authors) {
        return new DmarcChecker(dns, LIMIT, Clock.systemUTC())
                .check(new DmarcRequest(List.of(authors), identifiers))
                .toCompletableFuture()
                .join();
    }
}
