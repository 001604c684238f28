package org.qpsmtpd.store;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.qpsmtpd.api.plugin.PluginCommand;
import org.qpsmtpd.api.plugin.PluginFigures;
import org.qpsmtpd.api.service.Store;
import org.qpsmtpd.api.service.StoreFailure;

/** The command {@code store}: shows, deletes and imports entries. */
final class StoreCommand implements PluginCommand, PluginFigures {
    /** A scan of a store of the largest size, behind a slow network. */
    private static final long LONGEST_SECONDS = 600;

    private final ServerStores stores;

    StoreCommand(ServerStores stores) {
        this.stores = stores;
    }

    @Override
    public String command() {
        return "store";
    }

    @Override
    public List<String> usage() {
        return List.of(
                "  where the entries are, and figures",
                "list  the stores, and how many entries each has",
                "list NAME  the entries of a store",
                "show NAME KEY  the value of a key",
                "delete NAME KEY  delete a key",
                "clear NAME  delete all entries of a store",
                "import NAME FILE [DAYS]  take over the entries of a dump; they end after DAYS,"
                        + " 36");
    }

    @Override
    public List<Figure> figures() {
        return stores.figures();
    }

    @Override
    public boolean run(List<String> words, PrintWriter out)
            throws IOException, InterruptedException {
        String what = words.isEmpty() ? "" : words.get(0);
        int count = words.size() - 1;
        if (words.isEmpty()) {
            return overview(out);
        }
        if (what.equals("list") && count == 0) {
            return names(out);
        }
        if (what.equals("list") && count == 1) {
            return entries(words.get(1), out);
        }
        if (what.equals("show") && count == 2) {
            return show(words.get(1), words.get(2), out);
        }
        if (what.equals("delete") && count == 2) {
            return answer(stores.open(words.get(1)).delete(words.get(2)));
        }
        if (what.equals("clear") && count == 1) {
            return clear(words.get(1), out);
        }
        if (what.equals("import") && (count == 2 || count == 3)) {
            String days = count == 3 ? words.get(3) : Import.USUAL_DAYS;
            return take(words.get(1), path(words.get(2)), Import.days(days), out);
        }
        throw new IllegalArgumentException("'" + String.join(" ", words) + "' is not understood");
    }

    private boolean overview(PrintWriter out) {
        out.println("place " + stores.place());
        for (Figure each : stores.figures()) {
            out.println(each.name() + " " + each.value());
        }
        return true;
    }

    private boolean names(PrintWriter out) throws IOException, InterruptedException {
        for (String name : answer(stores.ask(open -> open.names()))) {
            out.println(name + " " + answer(stores.open(name).size()));
        }
        return true;
    }

    private boolean entries(String name, PrintWriter out) throws IOException, InterruptedException {
        answer(
                stores.open(name)
                        .scan(
                                (key, value) -> {
                                    out.println(key + "\t" + value);
                                    return !out.checkError();
                                }));
        return true;
    }

    private boolean show(String name, String key, PrintWriter out)
            throws IOException, InterruptedException {
        Optional<String> value = answer(stores.open(name).get(key));
        value.ifPresent(out::println);
        return value.isPresent();
    }

    private boolean clear(String name, PrintWriter out) throws IOException, InterruptedException {
        out.println(answer(stores.open(name).deleteIf((key, value) -> true)) + " deleted");
        return true;
    }

    private boolean take(String name, Path file, long days, PrintWriter out)
            throws IOException, InterruptedException {
        Store store = stores.open(name);
        Import taken = new Import(store, days);
        DumpReader.read(file, (key, value) -> taken.take(key, value, this::done));
        out.println(taken.count() + " taken over, " + taken.leftOut() + " left out");
        return taken.count() > 0;
    }

    private void done(CompletionStage<Void> stage) throws IOException, InterruptedException {
        var unused = answer(stage.thenApply(nothing -> true));
    }

    private static Path path(String text) {
        try {
            Path path = Path.of(text);
            if (path.isAbsolute()) {
                return path;
            }
        } catch (InvalidPathException e) {
            // said below
        }
        throw new IllegalArgumentException(
                "'" + text + "' is not an absolute path, which the server needs to find the file");
    }

    private static <T> T answer(CompletionStage<T> stage) throws IOException, InterruptedException {
        try {
            return stage.toCompletableFuture().get(LONGEST_SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof StoreFailure failure) {
                throw new IOException(failure.getMessage(), failure);
            }
            throw new IllegalStateException(e.getCause());
        } catch (TimeoutException e) {
            throw new IOException("the store did not answer within ten minutes", e);
        }
    }
}
