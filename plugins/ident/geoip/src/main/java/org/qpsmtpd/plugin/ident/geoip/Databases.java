package org.qpsmtpd.plugin.ident.geoip;

import java.net.InetAddress;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/** The files of a folder, read anew when they change. */
final class Databases implements AutoCloseable {
    private static final int LOOK_SECONDS = 10;

    private final DatabaseFile cities;
    private final DatabaseFile countries;
    private final DatabaseFile systems;
    private final ScheduledThreadPoolExecutor watch;

    /** Reads the files that are there. */
    Databases(Path folder) {
        cities = new DatabaseFile(folder.resolve("GeoLite2-City.mmdb"));
        countries = new DatabaseFile(folder.resolve("GeoLite2-Country.mmdb"));
        systems = new DatabaseFile(folder.resolve("GeoLite2-ASN.mmdb"));
        refresh();
        watch = new ScheduledThreadPoolExecutor(1, Databases::thread);
        var unused =
                watch.scheduleWithFixedDelay(
                        this::refresh, LOOK_SECONDS, LOOK_SECONDS, TimeUnit.SECONDS);
    }

    private static Thread thread(Runnable work) {
        Thread thread = new Thread(work, "ident/geoip files");
        thread.setDaemon(true);
        return thread;
    }

    /** Looks whether files have changed. */
    synchronized void refresh() {
        cities.refresh();
        // It says nothing that the file of cities does not say.
        if (!cities.isThere()) {
            countries.refresh();
        }
        systems.refresh();
    }

    /** Whether countries are known. */
    boolean hasCountries() {
        return cities.isThere() || countries.isThere();
    }

    /** Whether autonomous systems are known. */
    boolean hasSystems() {
        return systems.isThere();
    }

    /** What the files say of an address. */
    Origin find(InetAddress address) {
        Map<?, ?> place = (cities.isThere() ? cities : countries).find(address);
        return Origin.of(place, systems.find(address));
    }

    @Override
    public void close() {
        watch.shutdownNow();
    }
}
