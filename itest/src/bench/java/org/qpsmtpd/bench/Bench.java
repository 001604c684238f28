package org.qpsmtpd.bench;

import java.io.IOException;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** Runs the works and prints the report. */
public final class Bench {
    private static final int WARM_UP_SECONDS = 60;

    /** A stored message has LF line ends at some servers and is smaller than the one sent. */
    private static final int LEAST_STORED = Message.SMALL - 200;

    private final Settings settings;
    private final List<Product> products = new ArrayList<>();
    private final List<Server> running = new ArrayList<>();
    private final Map<Work, List<Figures>> figures = new EnumMap<>(Work.class);
    private final List<IdleFigures> idle = new ArrayList<>();
    private final List<String> remarks = new ArrayList<>();
    private final Message small = new Message(Message.SMALL);
    private final Message large = new Message(Message.LARGE);
    private String cpuMethod = "";

    private Bench(Settings settings) {
        this.settings = settings;
    }

    /** Takes {@code name=value} arguments; see {@link Settings}. */
    public static void main(String[] arguments) throws InterruptedException {
        Bench bench = new Bench(Settings.parse(arguments));
        Thread stop = new Thread(bench::stopAll, "stop");
        Runtime.getRuntime().addShutdownHook(stop);
        try {
            bench.run();
        } catch (IOException e) {
            System.err.println("bench: " + e.getMessage());
            System.exit(1);
        }
    }

    private void run() throws IOException, InterruptedException {
        String loadBefore = Machine.load();
        List<String> versions = new ArrayList<>();
        for (String name : settings.servers()) {
            Product product = Products.ofName(name, settings);
            products.add(product);
            versions.add(product.label() + " = " + product.version());
        }
        runGroup(Queue.DISCARD);
        runGroup(Queue.MAILDIR);
        runGroup(Queue.SPOOL);
        runGroup(Queue.GATES);
        runGroup(Queue.SITE);
        runGroup(Queue.FORWARD);
        runGroup(Queue.PROXY);
        runGroup(Queue.FORWARD_BARE);
        runGroup(Queue.SIGNED);
        runGroup(Queue.CHECKED);
        if (settings.works().contains(Work.IDLE)) {
            runIdle();
        }
        versions.add("client = JDK " + Runtime.version());
        remarks.add(0, "load before: " + loadBefore + ", after: " + Machine.load());
        remarks.add(1, "CPU: user and system of all processes of a server, from " + cpuMethod);
        remarks.add(
                2,
                "files on " + Machine.fileSystem(settings.directory()) + "; CPU includes delivery");
        new Report(settings, versions, figures, idle, remarks).print(System.out);
    }

    private void runGroup(Queue queue) throws IOException, InterruptedException {
        List<Work> works =
                settings.works().stream()
                        .filter(work -> work != Work.IDLE)
                        .filter(work -> work.queue() == queue)
                        .toList();
        if (works.isEmpty()) {
            return;
        }
        if (queue == Queue.FORWARD || queue == Queue.PROXY) {
            NextHop.isAt(start(new SmtpSink(), Queue.DISCARD).port());
        } else if (queue == Queue.FORWARD_BARE) {
            NextHop.isAt(start(new BareNetty(settings.distribution()), Queue.DISCARD).port());
        }
        List<Server> servers = new ArrayList<>();
        for (Product product : products) {
            if (product.takes(queue)) {
                servers.add(start(product, queue));
            }
        }
        Work first =
                switch (queue) {
                    case DISCARD -> Work.DISCARD;
                    case MAILDIR -> Work.MAILDIR;
                    case GATES -> Work.GATES;
                    case SITE -> Work.SITE;
                    case SPOOL -> Work.SPOOL;
                    case FORWARD, FORWARD_BARE -> Work.FORWARD;
                    case PROXY -> Work.PROXY;
                    case SIGNED -> Work.SIGNED;
                    case CHECKED -> Work.CHECKED;
                };
        if (queue == Queue.GATES) {
            remarks.add(new Gates(settings.distribution()).describe());
        }
        NameServer.ofRun().answer(0, 0);
        for (Server server : servers) {
            warmUp(server, first, warmUpMessages(queue));
        }
        for (Work work : works) {
            measure(work, servers);
        }
        for (Server server : servers) {
            stop(server);
        }
    }

    private int warmUpMessages(Queue queue) {
        return queue.warmUpMessages() / 100 * settings.warmUpPercent();
    }

    /** Of large messages there are few a second, and what they need is compiled late. */
    private static double warmUpRounds(Work work, Server server) {
        if (!server.product().needsLongWarmUp()) {
            return 0.5;
        }
        return work.isLarge() ? 10 : 3;
    }

    private void measure(Work work, List<Server> servers) throws IOException, InterruptedException {
        NameServer.ofRun().answer(work.ttlSeconds(), work.delayMillis());
        List<Figures> found = new ArrayList<>();
        for (Server server : servers) {
            progress(work, server, "warm-up");
            load(work, server).run(settings.roundSeconds() * warmUpRounds(work, server));
            server.drain();
            server.takeStored(0);
            found.add(new Figures(server.product()));
        }
        figures.put(work, found);
        for (int round = 0; round < settings.rounds(); round++) {
            for (int turn = 0; turn < servers.size(); turn++) {
                int index = (turn + round) % servers.size();
                progress(work, servers.get(index), "round " + (round + 1));
                measureRound(work, servers.get(index), found.get(index));
            }
        }
    }

    private void measureRound(Work work, Server server, Figures into)
            throws IOException, InterruptedException {
        double before = server.cpuSeconds();
        Load.Result result = load(work, server).run(seconds(work));
        server.checkAlive();
        boolean drained = server.drain();
        Thread.sleep(50);
        double used = server.cpuSeconds() - before;
        into.add(result, used, server.memory());
        if (!drained) {
            into.fail("messages stayed in its queue");
        }
        Long stored = server.takeStored(LEAST_STORED);
        if (stored != null && stored != result.messages()) {
            into.fail(stored + " messages stored of " + result.messages() + " accepted");
        }
        if (stored != null) {
            Commands.run(List.of("sync", "-f", settings.directory().toString()));
        }
    }

    /** A client that keeps a pace has three sessions a round at least. */
    private double seconds(Work work) {
        return Math.max(settings.roundSeconds(), 3 * work.paceMillis() / 1e3);
    }

    private void runIdle() throws IOException, InterruptedException {
        for (Product product : products) {
            Server server = start(product, Queue.DISCARD);
            warmUp(server, Work.DISCARD, warmUpMessages(Queue.MAILDIR));
            progress(Work.IDLE, server, settings.idleSessions() + " sessions");
            idle.add(new IdleBench(server, settings.idleSessions()).run());
            stop(server);
        }
    }

    private void warmUp(Server server, Work work, int messages)
            throws IOException, InterruptedException {
        if (!server.product().needsLongWarmUp()) {
            return;
        }
        long start = System.nanoTime();
        long deadline = start + TimeUnit.SECONDS.toNanos(WARM_UP_SECONDS);
        long done = 0;
        while (done < messages && System.nanoTime() < deadline) {
            progress(work, server, "warm-up, " + done + " of " + messages + " messages");
            Load.Result result = load(work, server).run(1);
            server.checkAlive();
            done += result.messages();
            if (result.messages() == 0) {
                throw new IOException(
                        server.product().label()
                                + " takes no message: "
                                + result.failures().copy());
            }
            server.takeStored(0);
        }
        remarks.add(
                String.format(
                        Locale.ROOT,
                        "warm-up of %s before (%s): %d messages in %.0f s",
                        server.product().label(),
                        work.letter(),
                        done,
                        (System.nanoTime() - start) / 1e9));
    }

    private Load load(Work work, Server server) {
        return new Load(work, server, message(work));
    }

    private Message message(Work work) {
        if (work.isSigned()) {
            return Signed.ofRun().message();
        }
        return work.isLarge() ? large : small;
    }

    private Server start(Product product, Queue queue) throws IOException, InterruptedException {
        Server server = Server.start(product, queue, settings.directory());
        synchronized (running) {
            running.add(server);
        }
        cpuMethod = server.cpuMethod();
        return server;
    }

    private void stop(Server server) throws InterruptedException {
        server.stop();
        synchronized (running) {
            running.remove(server);
        }
    }

    private void stopAll() {
        List<Server> left;
        synchronized (running) {
            left = List.copyOf(running);
        }
        for (Server server : left) {
            try {
                server.stop();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            }
        }
    }

    private static void progress(Work work, Server server, String what) {
        System.err.printf("bench: (%s) %s, %s%n", work.letter(), server.product().label(), what);
    }
}
