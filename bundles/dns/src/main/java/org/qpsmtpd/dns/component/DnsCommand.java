package org.qpsmtpd.dns.component;

import java.io.PrintWriter;
import java.net.InetAddress;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.qpsmtpd.api.net.Network;
import org.qpsmtpd.api.net.ReverseName;
import org.qpsmtpd.api.plugin.PluginCommand;
import org.qpsmtpd.api.plugin.PluginFigures;
import org.qpsmtpd.api.service.DnsAnswer;
import org.qpsmtpd.api.service.DnsPurpose;
import org.qpsmtpd.api.service.DnsType;
import org.qpsmtpd.dns.lookup.ServerResolver;
import org.qpsmtpd.dns.upstream.NameServer;

/** Shows how look-ups go, and makes one. */
final class DnsCommand implements PluginCommand, PluginFigures {
    private static final long PATIENCE_SECONDS = 30;
    private static final String ROW = "%-28s %8s %9s %9s %8s %8s %8s  %s%n";

    private final ServerResolver resolver;

    DnsCommand(ServerResolver resolver) {
        this.resolver = resolver;
    }

    @Override
    public String command() {
        return "dns";
    }

    @Override
    public List<String> usage() {
        return List.of(
                "  the name servers, and what was asked and answered",
                "lookup NAME [TYPE]  ask for the records of a name, or for the names of an address",
                "flush  forget all answers");
    }

    @Override
    public boolean run(List<String> words, PrintWriter out) throws InterruptedException {
        String what = words.isEmpty() ? "" : words.get(0);
        if (words.isEmpty()) {
            show(out);
            return true;
        }
        if (what.equals("flush") && words.size() == 1) {
            resolver.flush().toCompletableFuture().join();
            return true;
        }
        if (what.equals("lookup") && (words.size() == 2 || words.size() == 3)) {
            return lookUp(words.get(1), words.size() == 3 ? words.get(2) : "", out);
        }
        throw new IllegalArgumentException("'" + String.join(" ", words) + "' is not understood");
    }

    private void show(PrintWriter out) {
        out.printf(
                ROW, "SERVER", "MEAN", "ASKED", "ANSWERED", "SILENT", "FAILED", "DROPPED", "STATE");
        for (NameServer.Figures each : resolver.servers()) {
            out.printf(
                    ROW,
                    each.address(),
                    each.roundTripMicros() == 0 ? "-" : millis(each.roundTripMicros()),
                    each.asked(),
                    each.answered(),
                    each.silent(),
                    each.failed(),
                    each.dropped(),
                    (each.resting() ? "asked last" : "in use")
                            + (each.isTrusted() ? ", trusted" : ""));
        }
        ServerResolver.Figures all = resolver.figures();
        out.printf(
                "%nquestions  %d, %d from the cache, %d joined to others%n",
                all.questions(), all.hits(), all.joined());
        out.printf("failed     %d, and %d without room to wait%n", all.failed(), all.refused());
        out.printf("kept       %d answers, %d KiB%n", all.kept(), all.keptOctets() / 1024);
        for (DnsPurpose purpose : DnsPurpose.values()) {
            out.printf(
                    "on their way for %-15s %d, %d waiting%n",
                    purpose.name().toLowerCase(Locale.ROOT),
                    resolver.atWork(purpose),
                    resolver.waiting(purpose));
        }
    }

    private static String millis(long micros) {
        return String.format(Locale.ROOT, "%.1f ms", micros / 1000.0);
    }

    private boolean lookUp(String name, String type, PrintWriter out) throws InterruptedException {
        Optional<InetAddress> address = Network.address(name);
        if (type.isEmpty() && address.isPresent()) {
            return lookUp(ReverseName.pointer(address.get()), DnsType.PTR, out);
        }
        if (type.isEmpty()) {
            boolean six = lookUp(name, DnsType.AAAA, out);
            return lookUp(name, DnsType.A, out) || six;
        }
        return lookUp(name, type(type), out);
    }

    private static DnsType<?> type(String name) {
        return DnsType.ALL.stream()
                .filter(type -> type.toString().equalsIgnoreCase(name))
                .findAny()
                .orElseThrow(
                        () ->
                                new IllegalArgumentException(
                                        "'" + name + "' is none of " + DnsType.ALL));
    }

    private boolean lookUp(String name, DnsType<?> type, PrintWriter out)
            throws InterruptedException {
        DnsAnswer<?> answer = await(name, type);
        String what = type + " " + name;
        switch (answer.status()) {
            case FOUND -> answer.records().forEach(each -> out.println(type + " " + text(each)));
            case NO_DATA -> out.println(what + ": no such record");
            case NO_NAME -> out.println(what + ": no such name");
            case FAILED -> out.println(what + ": no answer; see 'dns' for how the servers do");
        }
        if (answer.isAuthenticated()) {
            out.println("   authenticated");
        }
        return answer.isFound();
    }

    private static String text(Object value) {
        return value instanceof InetAddress address ? address.getHostAddress() : value.toString();
    }

    private DnsAnswer<?> await(String name, DnsType<?> type) throws InterruptedException {
        try {
            return resolver.ask(name, type)
                    .toCompletableFuture()
                    .get(PATIENCE_SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException | TimeoutException e) {
            throw new IllegalStateException("a look-up did not end", e);
        }
    }

    @Override
    public List<Figure> figures() {
        ServerResolver.Figures all = resolver.figures();
        long onTheirWay = 0;
        long waiting = 0;
        for (DnsPurpose purpose : DnsPurpose.values()) {
            onTheirWay += resolver.atWork(purpose);
            waiting += resolver.waiting(purpose);
        }
        return List.of(
                Figure.counter("dns_questions", all.questions()),
                Figure.counter("dns_cache_hits", all.hits()),
                Figure.counter("dns_joined", all.joined()),
                Figure.counter("dns_failed", all.failed()),
                Figure.counter("dns_refused", all.refused()),
                Figure.gauge("dns_on_their_way", onTheirWay),
                Figure.gauge("dns_waiting", waiting),
                Figure.gauge("dns_kept", all.kept()));
    }
}
