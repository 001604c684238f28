package org.qpsmtpd.store.file;

import java.nio.file.Path;
import java.time.Duration;
import org.qpsmtpd.api.plugin.PluginFigures.Figure;
import org.qpsmtpd.api.service.Store;

/** A process of a test's that puts entries into a file without end, and tells which are kept. */
public final class StoreChild {
    static final int ENTRIES = 5_000;

    private StoreChild() {}

    /**
     * Begins.
     *
     * @param args the folder; a second word when the disk is expected to be full for a while
     */
    public static void main(String[] args) {
        FileStores stores = TestHome.stores(Path.of(args[0]), "file");
        Store store = stores.open("karma");
        for (int i = 0; i < ENTRIES; i++) {
            put(store, i);
        }
        if (args.length > 1) {
            Answers.until(() -> figure(stores, "failures") > 0);
            System.out.println("full");
        }
        Answers.until(() -> figure(stores, "unsaved_ms") == 0);
        System.out.println("kept");
        for (int i = ENTRIES; true; i++) {
            put(store, i % (10 * ENTRIES));
        }
    }

    static String value(int number) {
        return "value of k" + number + " ".repeat(100);
    }

    private static void put(Store store, int number) {
        Answers.of(store.set("k" + number, value(number), Duration.ofHours(1)));
    }

    private static long figure(FileStores stores, String name) {
        return stores.figures().stream()
                .filter(figure -> figure.name().equals(name))
                .mapToLong(Figure::value)
                .findFirst()
                .orElseThrow();
    }
}
