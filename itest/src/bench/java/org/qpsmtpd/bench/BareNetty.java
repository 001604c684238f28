package org.qpsmtpd.bench;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** A handler of Netty that answers and parses nothing, with the Java options of our server. */
final class BareNetty implements Product {
    private final Path bundles;

    BareNetty(Path distribution) {
        bundles = distribution.resolve("lib/bundles");
    }

    @Override
    public String name() {
        return Products.BARE;
    }

    @Override
    public String label() {
        return "bare Netty";
    }

    @Override
    public String version() {
        return "a handler that answers each line, with the Netty of ours";
    }

    @Override
    public boolean takes(Queue queue) {
        return queue == Queue.DISCARD;
    }

    @Override
    public boolean syncs() {
        return false;
    }

    @Override
    public boolean needsLongWarmUp() {
        return true;
    }

    @Override
    public Launch prepare(Path home, int port, Queue queue) {
        String classes = System.getProperty("java.class.path");
        List<String> command =
                List.of(
                        Path.of(System.getProperty("java.home"), "bin/java").toString(),
                        "-Xms48m",
                        "-Xmx512m",
                        "-XX:+UseSerialGC",
                        "-XX:-UsePerfData",
                        "--add-opens=java.base/sun.nio.ch=ALL-UNNAMED",
                        "-Dio.netty.leakDetection.samplingInterval=4096",
                        "-cp",
                        classes + ":" + bundles + "/*",
                        "org.qpsmtpd.bench.bare.BareServer",
                        Integer.toString(port));
        return new Launch(command, Map.of(), null, List.of());
    }
}
