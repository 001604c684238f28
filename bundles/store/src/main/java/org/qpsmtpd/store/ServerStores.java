package org.qpsmtpd.store;

import java.io.UncheckedIOException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.qpsmtpd.api.plugin.PluginFigures.Figure;
import org.qpsmtpd.api.service.ServerHome;
import org.qpsmtpd.api.service.Store;
import org.qpsmtpd.api.service.StoreFailure;
import org.qpsmtpd.api.service.Stores;
import org.qpsmtpd.store.form.OpenStores;
import org.qpsmtpd.store.form.StoreForm;
import org.qpsmtpd.store.form.StoreRules;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The stores of a server in the form that {@code config/store} names. What it names is looked at
 * once a second, by whoever calls a store then; a plugin keeps its store when the form changes.
 */
final class ServerStores implements Stores, SwitchedStore.Present, AutoCloseable {
    static final String FILE = "store";

    private static final Logger LOG = LoggerFactory.getLogger(ServerStores.class);
    private static final String USUAL = "file";
    private static final long PERIOD_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final ServerHome home;
    private final List<StoreForm> forms;
    private final Map<String, Store> stores = new ConcurrentHashMap<>();
    private final AtomicBoolean isLooking = new AtomicBoolean();
    private final CompletableFuture<Boolean> hasLooked = new CompletableFuture<>();

    private volatile long looked = System.nanoTime() - PERIOD_NANOS;
    private volatile boolean isClosed;
    private volatile Choice choice = new Choice("", null, null, "the stores are not open yet");

    /**
     * @param open null while there is none, and then failure says why
     */
    private record Choice(
            String setting, @Nullable StoreForm form, @Nullable OpenStores open, String failure) {}

    /**
     * @param forms those that there are at any moment
     */
    ServerStores(ServerHome home, List<StoreForm> forms) {
        this.home = home;
        this.forms = forms;
    }

    @Override
    public Store open(String name) {
        Store known = stores.get(StoreRules.name(name));
        return known != null
                ? known
                : stores.computeIfAbsent(name, n -> new SwitchedStore(n, this));
    }

    @Override
    public <T extends @Nullable Object> CompletionStage<T> ask(
            Function<OpenStores, CompletionStage<T>> call) {
        if (System.nanoTime() - looked >= PERIOD_NANOS) {
            look();
        }
        return hasLooked.isDone()
                ? answer(call)
                : hasLooked.thenCompose(done -> answer(call)); // another call looks right now
    }

    private <T extends @Nullable Object> CompletionStage<T> answer(
            Function<OpenStores, CompletionStage<T>> call) {
        Choice present = choice;
        OpenStores open = present.open;
        return open == null
                ? CompletableFuture.failedFuture(new StoreFailure(present.failure, null))
                : call.apply(open);
    }

    /** Where the entries are, or why there are none. */
    String place() {
        look();
        Choice present = choice;
        return present.open == null ? present.failure : present.open.place();
    }

    List<Figure> figures() {
        OpenStores open = choice.open;
        return open == null ? List.of() : open.figures();
    }

    /** A form has come or gone. */
    void lookAgain() {
        Choice present = choice;
        StoreForm form = present.form;
        if ((form != null && !forms.contains(form)) || present.open == null) {
            looked = System.nanoTime() - PERIOD_NANOS;
        }
    }

    private void look() {
        if (isClosed || !isLooking.compareAndSet(false, true)) {
            return;
        }
        try {
            Choice present = choice;
            String setting = setting(present);
            StoreForm form = present.form;
            boolean isSame =
                    setting.equals(present.setting) && form != null && forms.contains(form);
            if (!isSame) {
                choose(setting, present);
            }
            looked = System.nanoTime();
        } finally {
            isLooking.set(false);
            hasLooked.complete(true);
        }
    }

    private String setting(Choice present) {
        try {
            return home.config().value(FILE).orElse(USUAL);
        } catch (UncheckedIOException e) {
            return present.setting.isEmpty() ? USUAL : present.setting;
        }
    }

    private void choose(String setting, Choice before) {
        StoreForm form = forms.stream().filter(f -> f.takes(setting)).findFirst().orElse(null);
        if (form == null) {
            become(new Choice(setting, null, null, "config/store: " + unknown(setting)), before);
            return;
        }
        try {
            become(new Choice(setting, form, form.open(home, setting), ""), before);
        } catch (IllegalArgumentException e) {
            become(new Choice(setting, form, null, "config/store: " + e.getMessage()), before);
        }
    }

    /** That no form takes a setting; no password is in it. */
    static String unknown(String setting) {
        boolean isUrl = setting.contains("://");
        String word =
                isUrl ? setting.replaceFirst("://.*", "://") : setting.replaceFirst(" .*", "");
        return "no bundle that is installed knows '" + word + "'; 'file' is there always";
    }

    private void become(Choice next, Choice before) {
        choice = next;
        boolean isNew =
                !next.failure.equals(before.failure) || !next.setting.equals(before.setting);
        if (isNew && next.open == null) {
            LOG.error("stores: {}; calls of stores fail", next.failure);
        } else if (next.open != null && !before.setting.isEmpty()) {
            LOG.info("stores: entries are in {} from now on", next.open.place());
        }
        OpenStores open = before.open;
        if (open != null) {
            // It may take some seconds, and a session may have called.
            Thread closing = new Thread(open::close, "qpsmtpd-store-closing");
            closing.setDaemon(true);
            closing.start();
        }
        if (isClosed && next.open != null) {
            next.open.close();
        }
    }

    @Override
    public void close() {
        isClosed = true;
        Choice last = choice;
        choice = new Choice("", null, null, "the stores of this server are closed");
        OpenStores open = last.open;
        if (open != null) {
            open.close();
        }
        hasLooked.complete(true);
    }
}
