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
 * What a check asks the DNS, and what it has cost so far. One thread at a time goes on with it,
 * whichever has the answer that it waits for.
 */
final class Questions {
    private final SpfRequest request;
    private final byte[] client;
    private final Dns dns;
    private final Included included;
    private final SpfSettings settings;
    private final long deadline;
    private final Pointers pointers;
    private int lookups;
    private int voids;

    /** What the record of another domain says of the client. */
    interface Included {
        /**
         * Asks it.
         *
         * @param target as the record has it
         */
        CompletionStage<Match> match(String domain, MacroText target);
    }

    Questions(SpfRequest request, Dns dns, SpfSettings settings, Included included) {
        this.request = request;
        this.dns = dns;
        this.included = included;
        this.settings = settings;
        client = request.client().getAddress();
        deadline = settings.clock().millis() + settings.time().toMillis();
        pointers = new Pointers(dns, request.client(), this::isLate);
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

    Included included() {
        return included;
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
    boolean isTooMuch(@Nullable MacroText target) {
        boolean asksPointers = target != null && target.namesPointer() && pointers.isNew();
        lookups += asksPointers ? 2 : 1;
        return lookups > settings.lookups();
    }

    String tooMuch() {
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

    String tooLate() {
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
        return Pointers.addresses(dns, request.client(), host);
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
