package org.qpsmtpd.plugin.karma;

import java.io.IOException;
import java.io.PrintWriter;
import java.net.InetAddress;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.qpsmtpd.api.net.Network;
import org.qpsmtpd.api.service.Resolver;
import org.qpsmtpd.api.service.Store;

/** The console's command {@code karma}: qpsmtpd's karma_tool. */
final class KarmaTool {
    static final List<String> USAGE =
            List.of(
                    "list  all records",
                    "search naughty|nice|both|ADDRESS  the records of such clients",
                    "capture ADDRESS  begins a penalty now",
                    "release ADDRESS  ends a penalty and forgets what was naughty",
                    "prune [DAYS]  forgets who was not seen for so long, 7 days without a number");

    private static final String ROW = "%-39s %-16s %7s %7s %8s %s%n";
    private static final DateTimeFormatter MINUTE =
            DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm", Locale.ROOT)
                    .withZone(ZoneId.systemDefault());
    private static final long STORE_SECONDS = 60;
    private static final long NAMES_SECONDS = 5;

    /** Names of more clients than these are not looked up. */
    private static final int MOST_NAMES = 100;

    private static final int USUAL_DAYS = 7;
    private static final int MOST_DAYS = 36_500;

    private final Store store;
    private final Resolver resolver;
    private final Supplier<Instant> now;

    private record Row(InetAddress address, KarmaRecord record) {}

    KarmaTool(Store store, Resolver resolver, Supplier<Instant> now) {
        this.store = store;
        this.resolver = resolver;
        this.now = now;
    }

    boolean run(List<String> words, PrintWriter out) throws IOException, InterruptedException {
        String verb = words.isEmpty() ? "" : words.get(0);
        String object = words.size() < 2 ? "" : words.get(1);
        int most = verb.equals("list") ? 1 : 2;
        if (words.size() > most) {
            throw new IllegalArgumentException("too many words: " + String.join(" ", words));
        }
        return switch (verb) {
            case "list" -> show(row -> true, out);
            case "search" -> show(wanted(object), out);
            case "capture" -> capture(Network.parseAddress(object), out);
            case "release" -> release(Network.parseAddress(object), out);
            case "prune" -> prune(object, out);
            default -> throw new IllegalArgumentException("'" + verb + "' is not a word of karma");
        };
    }

    private static Predicate<Row> wanted(String object) {
        return switch (object) {
            case "naughty" -> row -> row.record().naughty() > 0;
            case "nice" -> row -> row.record().nice() > 0;
            case "both" -> row -> row.record().naughty() > 0 && row.record().nice() > 0;
            default -> {
                String key = ClientKey.of(Network.parseAddress(object));
                yield row -> ClientKey.of(row.address()).equals(key);
            }
        };
    }

    private boolean show(Predicate<Row> wanted, PrintWriter out)
            throws IOException, InterruptedException {
        List<Row> rows = new ArrayList<>();
        await(
                store.scan(
                        (key, value) -> {
                            ClientKey.address(key)
                                    .map(address -> new Row(address, KarmaRecord.parse(value)))
                                    .filter(wanted)
                                    .ifPresent(rows::add);
                            return true;
                        }));
        List<String> names = rows.size() > MOST_NAMES ? List.of() : names(rows);
        out.printf(ROW, "IP Address", "Penalty", "Naughty", "Nice", "Connects", "Hostname");
        for (int i = 0; i < rows.size(); i++) {
            print(rows.get(i), names.isEmpty() ? "" : names.get(i), out);
        }
        return !rows.isEmpty();
    }

    private static void print(Row row, String name, PrintWriter out) {
        KarmaRecord record = row.record();
        boolean punished = record.penalty() > 0;
        out.printf(
                ROW,
                row.address().getHostAddress(),
                punished ? MINUTE.format(Instant.ofEpochSecond(record.penalty())) : "",
                record.naughty(),
                record.nice(),
                record.connects(),
                name);
    }

    /** The names of all clients; empty for one that has none, or none in time. */
    private List<String> names(List<Row> rows) throws InterruptedException {
        List<CompletableFuture<String>> asked = rows.stream().map(this::name).toList();
        try {
            CompletableFuture.allOf(asked.toArray(CompletableFuture[]::new))
                    .get(NAMES_SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException | TimeoutException e) {
            return asked.stream().map(name -> name.isDone() ? done(name) : "").toList();
        }
        return asked.stream().map(KarmaTool::done).toList();
    }

    private static String done(CompletableFuture<String> name) {
        return name.isCompletedExceptionally() ? "" : name.getNow("");
    }

    private CompletableFuture<String> name(Row row) {
        return resolver.pointers(row.address())
                .thenApply(answer -> answer.isFound() ? answer.records().get(0) : "")
                .toCompletableFuture();
    }

    private boolean capture(InetAddress address, PrintWriter out)
            throws IOException, InterruptedException {
        Instant time = now.get();
        await(
                store.update(
                        ClientKey.of(address),
                        stored -> Optional.of(KarmaRecord.of(stored).captured(time).stored(time))));
        out.println(address.getHostAddress() + " has a penalty from now on");
        return true;
    }

    private boolean release(InetAddress address, PrintWriter out)
            throws IOException, InterruptedException {
        Instant time = now.get();
        Optional<String> released =
                await(
                        store.update(
                                ClientKey.of(address),
                                stored ->
                                        stored.map(
                                                value ->
                                                        KarmaRecord.parse(value.value())
                                                                .released()
                                                                .stored(time))));
        String result = released.isPresent() ? " is released" : " has no record";
        out.println(address.getHostAddress() + result);
        return released.isPresent();
    }

    private boolean prune(String days, PrintWriter out) throws IOException, InterruptedException {
        long oldest = now.get().minus(Duration.ofDays(days(days))).getEpochSecond();
        long gone =
                await(
                        store.deleteIf(
                                (key, value) -> {
                                    KarmaRecord record = KarmaRecord.parse(value);
                                    return Math.max(record.seen(), record.penalty()) < oldest;
                                }));
        out.println("pruned " + gone + " records");
        return true;
    }

    private static int days(String text) {
        boolean isNumber = text.length() <= 5 && text.chars().allMatch(c -> c >= '0' && c <= '9');
        if (!isNumber) {
            throw new IllegalArgumentException("'" + text + "' is not a number of days");
        }
        return text.isEmpty() ? USUAL_DAYS : Math.min(Integer.parseInt(text), MOST_DAYS);
    }

    private static <T> T await(CompletionStage<T> stage) throws IOException, InterruptedException {
        try {
            return stage.toCompletableFuture().get(STORE_SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            throw new IOException(Known.reason(e.getCause() == null ? e : e.getCause()), e);
        } catch (TimeoutException e) {
            throw new IOException("the store did not answer within a minute", e);
        }
    }
}
