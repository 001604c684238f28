package org.qpsmtpd.mailauth.spf;

import java.net.InetAddress;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.qpsmtpd.mailauth.Dns;
import org.qpsmtpd.mailauth.DnsResult;
import org.qpsmtpd.mailauth.DomainName;

/**
 * The records of a check, one after the other, and what they have cost so far. One thread at a time
 * goes on with it, whichever has the answer that it waits for.
 */
final class Evaluation {
    private final SpfRequest request;
    private final byte[] client;
    private final Dns dns;
    private final RecordCache records;
    private final SpfSettings settings;
    private final long deadline;
    private final Pointers pointers = new Pointers(this);
    private int lookups;
    private int voids;

    Evaluation(SpfRequest request, Dns dns, RecordCache records, SpfSettings settings) {
        this.request = request;
        this.dns = dns;
        this.records = records;
        this.settings = settings;
        client = request.client().getAddress();
        deadline = settings.clock().millis() + settings.time().toMillis();
    }

    SpfRequest request() {
        return request;
    }

    Dns dns() {
        return dns;
    }

    /** Octets of the client's address. */
    byte[] client() {
        return client;
    }

    /** The names of the client. */
    Pointers pointers() {
        return pointers;
    }

    /** What a domain's record says of the client: {@code check_host} (RFC 7208, 4). */
    CompletionStage<Outcome> host(String domain) {
        if (!DomainName.isName(domain) || domain.indexOf('.') < 0) {
            return without(SpfResult.NONE, domain, "no domain to ask for");
        }
        return Stages.then(dns.texts(domain), found -> record(domain, found));
    }

    private CompletionStage<Outcome> record(String domain, DnsResult<String> found) {
        if (found.isFailed()) {
            return without(SpfResult.TEMPERROR, domain, "no answer of the DNS for " + domain);
        }
        String only = null;
        for (String text : found.records()) {
            if (SpfRecord.isRecord(text)) {
                if (only != null) {
                    return without(
                            SpfResult.PERMERROR, domain, "more than one record of " + domain);
                }
                only = text;
            }
        }
        if (only == null) {
            return without(SpfResult.NONE, domain, "no record of " + domain);
        }
        SpfRecord record = records.of(only);
        return record.fault().isEmpty()
                ? directives(domain, record, 0)
                : without(SpfResult.PERMERROR, domain, domain + ": " + record.fault());
    }

    private CompletionStage<Outcome> directives(String domain, SpfRecord record, int from) {
        for (int i = from; i < record.directives().size(); i++) {
            Directive directive = record.directives().get(i);
            CompletionStage<Match> stage = directive.mechanism().match(this, domain);
            Match match = Stages.known(stage);
            if (match == null) {
                int next = i + 1;
                return stage.thenCompose(
                        later ->
                                later.isNo()
                                        ? directives(domain, record, next)
                                        : Stages.now(Outcome.of(domain, record, directive, later)));
            }
            if (!match.isNo()) {
                return Stages.now(Outcome.of(domain, record, directive, match));
            }
        }
        return redirect(domain, record.redirect());
    }

    private CompletionStage<Outcome> redirect(String domain, @Nullable MacroText target) {
        if (target == null) {
            return Stages.now(new Outcome(SpfResult.NEUTRAL, "default", "", domain, null));
        }
        if (isTooMuch(target)) {
            return without(SpfResult.PERMERROR, domain, tooMuch());
        }
        if (isLate()) {
            return without(SpfResult.TEMPERROR, domain, tooLate());
        }
        return Stages.then(
                name(target, domain),
                name ->
                        Stages.then(
                                host(name),
                                outcome ->
                                        outcome.result() == SpfResult.NONE
                                                ? without(
                                                        SpfResult.PERMERROR,
                                                        domain,
                                                        "redirect=" + target + " has no record")
                                                : Stages.now(outcome)));
    }

    private static CompletionStage<Outcome> without(
            SpfResult result, String domain, String problem) {
        return Stages.now(Outcome.without(result, domain, problem));
    }

    /**
     * Has a mechanism ask for a name; nothing matches what is no name.
     *
     * @param target the name; null for the domain of the record
     */
    CompletionStage<Match> askTarget(
            @Nullable MacroText target,
            String domain,
            Function<String, CompletionStage<Match>> ask) {
        return askHost(
                target, domain, name -> DomainName.isName(name) ? ask.apply(name) : Match.NO);
    }

    /** The same for one that takes what is no name, too. */
    CompletionStage<Match> askHost(
            @Nullable MacroText target,
            String domain,
            Function<String, CompletionStage<Match>> ask) {
        if (isTooMuch(target)) {
            return Match.permanent(tooMuch());
        }
        if (isLate()) {
            return late();
        }
        if (target == null) {
            return ask.apply(domain);
        }
        // RFC 8616, 4: a local part that is not ASCII has no place in a name.
        boolean isPossible = !target.namesLocal() || Ascii.isOnly(request.local());
        return isPossible ? Stages.then(name(target, domain), ask) : Match.NO;
    }

    /** Counts a term that asks the DNS, and a macro that asks for the client's name. */
    private boolean isTooMuch(@Nullable MacroText target) {
        boolean asksPointers = target != null && target.namesPointer() && pointers.isNew();
        lookups += asksPointers ? 2 : 1;
        return lookups > settings.lookups();
    }

    private String tooMuch() {
        return "more than " + settings.lookups() + " look-ups";
    }

    /** Counts a term that found nothing, and tells whether that is one too many. */
    boolean isVoid() {
        return ++voids > settings.voids();
    }

    /** What comes of one too many. */
    CompletionStage<Match> tooVoid() {
        return Match.permanent("more than " + settings.voids() + " look-ups that found nothing");
    }

    /** Whether the check has taken too long to ask further. */
    boolean isLate() {
        return settings.clock().millis() > deadline;
    }

    /** What comes of that. */
    CompletionStage<Match> late() {
        return Match.temporary(tooLate());
    }

    private String tooLate() {
        return "look-ups took more than " + settings.time().toSeconds() + " s";
    }

    /** What comes of no answer for a name. */
    CompletionStage<Match> failed(String name) {
        return Match.temporary("no answer of the DNS for " + name);
    }

    /** Whether an answer, if it is one, matches. */
    CompletionStage<Match> judged(String name, DnsResult<?> found, BooleanSupplier matches) {
        if (found.isFailed()) {
            return failed(name);
        }
        if (found.isVoid()) {
            return isVoid() ? tooVoid() : Match.NO;
        }
        return matches.getAsBoolean() ? Match.YES : Match.NO;
    }

    /** The addresses of a host that can be the client's. */
    CompletionStage<DnsResult<InetAddress>> addresses(String host) {
        return client.length == 4 ? dns.ipv4(host) : dns.ipv6(host);
    }

    /** Whether one of the addresses is in a network with the client. */
    boolean isAmong(DnsResult<InetAddress> found, Target target) {
        int prefix = target.prefix(client);
        for (InetAddress address : found.records()) {
            if (Addresses.isWithin(client, address.getAddress(), prefix)) {
                return true;
            }
        }
        return false;
    }

    /** The name that a term of a domain's record tells; maybe no name at all. */
    CompletionStage<String> name(MacroText target, String domain) {
        return Stages.then(
                values(target, domain),
                values -> CompletableFuture.completedFuture(target.name(values)));
    }

    /** What macros stand for in a text. */
    CompletionStage<MacroValues> values(MacroText text, String domain) {
        if (!text.namesPointer()) {
            return Stages.now(new MacroValues(request, domain, Pointers.none(), settings));
        }
        return Stages.then(
                pointers.names(),
                names ->
                        Stages.now(
                                new MacroValues(
                                        request, domain, Pointers.best(names, domain), settings)));
    }
}
