package org.qpsmtpd.core.chain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.BlockingDeque;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingDeque;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.qpsmtpd.api.answer.Action;
import org.qpsmtpd.api.answer.HookResult;
import org.qpsmtpd.api.hook.ConfigHook;
import org.qpsmtpd.api.hook.DenyHook;
import org.qpsmtpd.api.hook.HeloHook;
import org.qpsmtpd.api.hook.HookPoint;
import org.qpsmtpd.api.hook.NonBlocking;
import org.qpsmtpd.api.hook.OkHook;
import org.qpsmtpd.api.log.LogLevel;
import org.qpsmtpd.api.session.Connection;
import org.qpsmtpd.api.session.Transaction;
import org.qpsmtpd.core.Stubs;
import org.qpsmtpd.core.log.LevelSetting;
import org.qpsmtpd.core.log.LogRouter;
import org.qpsmtpd.core.log.PluginCall;
import org.qpsmtpd.core.log.StreamLog;
import org.qpsmtpd.core.worker.ChildPool;
import org.qpsmtpd.core.worker.InlineCalls;

/** Runs hooks with two queues for the two kinds of threads, so that each step can be seen. */
class HookRunTest {
    private final BlockingDeque<Runnable> loop = new LinkedBlockingDeque<>();

    /** Runs by itself what is to be done later only. */
    private final ScheduledThreadPoolExecutor loopThread =
            new ScheduledThreadPoolExecutor(1) {
                @Override
                public void execute(Runnable task) {
                    loop.add(task);
                }
            };

    private final Deque<Runnable> children = new ArrayDeque<>();
    private final List<String> deferred = new ArrayList<>();
    private final List<HookResult> results = new ArrayList<>();
    private final List<Outcome> outcomes = new ArrayList<>();
    private final InlineCalls inlineCalls = new InlineCalls(Thread.currentThread());
    private final ByteArrayOutputStream log = new ByteArrayOutputStream();
    private final LogRouter router =
            new LogRouter(new StreamLog(new PrintStream(log, true, StandardCharsets.UTF_8)));
    private final List<Runnable> inTurn = new ArrayList<>();
    private int hogs;
    private final ChildPool pool =
            new ChildPool() {
                @Override
                public int most() {
                    return 2;
                }

                @Override
                public int half() {
                    return 1;
                }

                @Override
                public void execute(Runnable request) {
                    children.add(request);
                }

                @Override
                public void executeInTurn(Runnable request) {
                    inTurn.add(request);
                    children.add(request);
                }

                @Override
                public void hogs(int change) {
                    hogs += change;
                }
            };
    private final HookHost host =
            new HookHost() {
                @Override
                public Connection connection() {
                    return Stubs.of(Connection.class, Map.of("id", "c1"));
                }

                @Override
                public ScheduledExecutorService loop() {
                    return loopThread;
                }

                @Override
                public ChildPool children() {
                    return pool;
                }

                @Override
                public Optional<Transaction> openTransaction() {
                    return Optional.empty();
                }

                @Override
                public LogRouter log() {
                    return router;
                }

                @Override
                public InlineCalls inlineCalls() {
                    return inlineCalls;
                }

                @Override
                public void decided(Outcome outcome) {
                    outcomes.add(outcome);
                }

                @Override
                public void defer(String plugin, Action type, String text) {
                    deferred.add(plugin + " " + type + " " + text);
                }
            };

    /** Answers where input is read. */
    @NonBlocking
    private static final class Quick implements HeloHook {
        private final HookResult answer;

        Quick(HookResult answer) {
            this.answer = answer;
        }

        @Override
        public HookResult onHelo(Connection connection, String name) {
            return answer;
        }
    }

    /** Marks its hook method alone. */
    private static final class QuickMethod implements HeloHook {
        @Override
        @NonBlocking
        public HookResult onHelo(Connection connection, String name) {
            return HookResult.OK;
        }
    }

    private static HeloHook slow(HookResult answer) {
        return (connection, name) -> answer;
    }

    private static HeloHook dying() {
        return (connection, name) -> {
            throw new IllegalStateException("dead");
        };
    }

    private static PluginList list(Object... plugins) {
        List<PluginInstance> instances = new ArrayList<>();
        for (int i = 0; i < plugins.length; i++) {
            instances.add(
                    plugins[i] instanceof PluginInstance instance
                            ? instance
                            : PluginInstance.of("p" + i, plugins[i]));
        }
        return new PluginList("plugins", List.of(), instances, List.of());
    }

    private void start(Object... plugins) {
        router.use(List.of(), LogLevel.DEBUG);
        HookRun.start(
                list(plugins),
                HookPoint.HELO,
                host,
                hook -> ((HeloHook) hook).onHelo(host.connection(), "name"),
                results::add);
    }

    private void settle() {
        while (!loop.isEmpty() || !children.isEmpty()) {
            Runnable next = children.isEmpty() ? loop.poll() : children.poll();
            next.run();
        }
    }

    private HookResult run(Object... plugins) {
        start(plugins);
        settle();
        assertThat(results).hasSize(1);
        return results.get(0);
    }

    private String logged() {
        router.flush(10_000);
        return log.toString(StandardCharsets.UTF_8);
    }

    @AfterEach
    void endTheLoop() {
        loopThread.shutdownNow();
    }

    @Test
    void declinesWithoutPlugins() {
        assertThat(run()).isEqualTo(HookResult.DECLINED);
    }

    @ParameterizedTest
    @EnumSource(
            value = Action.class,
            names = {"DECLINED"},
            mode = EnumSource.Mode.EXCLUDE)
    void stopsAtTheFirstOpinion(Action action) {
        HookResult opinion =
                action == Action.DONE
                        ? HookResult.done(250, "mine")
                        : HookResult.of(action, "mine");

        assertThat(run(slow(HookResult.DECLINED), slow(opinion), dying())).isEqualTo(opinion);
        assertThat(logged()).doesNotContain("FATAL");
    }

    @Test
    void asksInOrder() {
        List<String> asked = new ArrayList<>();
        HeloHook first =
                (connection, name) -> {
                    asked.add("first");
                    return HookResult.DECLINED;
                };
        HeloHook second =
                (connection, name) -> {
                    asked.add("second");
                    return HookResult.DECLINED;
                };

        assertThat(run(first, new Quick(HookResult.DECLINED), second, first))
                .isEqualTo(HookResult.DECLINED);
        assertThat(asked).containsExactly("first", "second", "first");
    }

    @Test
    void passesOverADyingPlugin() {
        assertThat(run(dying(), slow(HookResult.deny("begone"))))
                .isEqualTo(HookResult.deny("begone"));
        assertThat(logged()).contains("(helo) p0: FATAL PLUGIN ERROR [p0]").contains("dead");
    }

    @Test
    void defersWhenAPluginDiedAndNobodyRefused() {
        assertThat(run(dying()).action()).isEqualTo(Action.DENYSOFT);
        results.clear();
        assertThat(run(dying(), slow(HookResult.OK)).action()).isEqualTo(Action.DENYSOFT);
    }

    @Test
    void passesWhenThePluginMayFail() {
        PluginInstance mayFail =
                new PluginInstance(
                        "soft",
                        dying(),
                        new PluginSettings(LevelSetting.UNCHANGED, true, 0),
                        Origin.NONE);

        assertThat(run(mayFail)).isEqualTo(HookResult.DECLINED);
        assertThat(logged()).contains("FATAL PLUGIN ERROR [soft]");
    }

    @Test
    void survivesMissingClasses() {
        HeloHook broken =
                (connection, name) -> {
                    throw new NoClassDefFoundError("some/Library");
                };

        assertThat(run(broken, slow(HookResult.deny("next")))).isEqualTo(HookResult.deny("next"));
    }

    @Test
    void answersAtOnceWhenNobodyWaits() {
        HookRun.start(
                list(new Quick(HookResult.DECLINED), new QuickMethod()),
                HookPoint.HELO,
                host,
                hook -> ((HeloHook) hook).onHelo(host.connection(), "name"),
                results::add);

        assertThat(results).containsExactly(HookResult.OK);
        assertThat(children).isEmpty();
        assertThat(loop).isEmpty();
    }

    @Test
    void movesToAChildAndComesBack() {
        start(new Quick(HookResult.DECLINED), slow(HookResult.DECLINED), slow(HookResult.OK));

        assertThat(results).isEmpty();
        assertThat(children).hasSize(1);
        children.remove().run();
        assertThat(results).isEmpty();
        loop.remove().run();
        assertThat(results).containsExactly(HookResult.OK);
    }

    @Test
    void waitsForALaterAnswerWithoutAThread() {
        CompletableFuture<HookResult> answer = new CompletableFuture<>();
        start(new Quick(HookResult.later(answer)), slow(HookResult.OK));

        settle();
        assertThat(results).isEmpty();
        answer.complete(HookResult.DECLINED);
        settle();

        assertThat(results).containsExactly(HookResult.OK);
    }

    @Test
    void takesAFailedStageForADeadPlugin() {
        CompletableFuture<HookResult> answer =
                CompletableFuture.failedFuture(new IllegalStateException("gone"));

        assertThat(run(slow(HookResult.later(answer))).action()).isEqualTo(Action.DENYSOFT);
        assertThat(logged()).contains("FATAL PLUGIN ERROR [p0]").contains("gone");
    }

    private static HookResult soon(HookResult answer) {
        return HookResult.later(CompletableFuture.completedFuture(answer));
    }

    @Test
    void followsALaterAnswerThatComesLaterItself() {
        CompletableFuture<HookResult> inner = new CompletableFuture<>();
        start(slow(soon(soon(HookResult.later(inner)))), slow(HookResult.OK));

        settle();
        assertThat(results).isEmpty();
        inner.complete(HookResult.deny("no"));
        settle();

        assertThat(results).containsExactly(HookResult.deny("no"));
    }

    @Test
    void takesAPromiseWithoutEndForAFailure() {
        CompletableFuture<HookResult> endless = new CompletableFuture<>();
        endless.complete(HookResult.later(endless));

        assertThat(run(slow(HookResult.later(endless)), slow(HookResult.OK)).action())
                .isEqualTo(Action.DENYSOFT);
        assertThat(logged()).contains("(helo) p0: FATAL PLUGIN ERROR [p0]").contains("comes later");
    }

    @Test
    void takesNullForNoAnswerAtAll() {
        HookResult promise = HookResult.later(CompletableFuture.completedFuture(null));

        assertThat(run(slow(promise), slow(HookResult.OK)).action()).isEqualTo(Action.DENYSOFT);
        assertThat(logged())
                .contains("(helo) p0: Plugin p0, hook helo returned undef!")
                .doesNotContain("NullPointerException");
    }

    @Test
    void keepsWhatWasSaidWithThePromise() {
        HookResult said = soon(soon(HookResult.ok("yes"))).because("pass: mine").withCode(251);

        assertThat(run(slow(said)))
                .isEqualTo(HookResult.ok("yes").because("pass: mine").withCode(251));
        assertThat(logged()).contains("(helo) p0: pass: mine");
        results.clear();
        assertThat(run(slow(soon(HookResult.OK.because("pass: own")).because("pass: mine"))))
                .isEqualTo(HookResult.OK.because("pass: own"));
    }

    @Test
    void takesACodeThatDoesNotGoWithTheAnswerForAFailure() {
        HookResult said = soon(HookResult.deny("no")).withCode(250);

        assertThat(run(slow(said)).action()).isEqualTo(Action.DENYSOFT);
    }

    private Function<String, HookResult> denying(List<String> where) {
        return text -> {
            String mark = PluginCall.current().map(PluginCall::plugin).orElse("nobody");
            where.add(mark + " " + inlineCalls.callee());
            return HookResult.deny(text);
        };
    }

    @Test
    void makesALaterAnswerWhereTheConnectionIs() {
        CompletableFuture<String> stage = new CompletableFuture<>();
        List<String> where = new ArrayList<>();
        start(new Quick(HookResult.later(stage, denying(where))));

        stage.complete("no");
        assertThat(where).isEmpty();
        loop.remove().run();

        assertThat(where).containsExactly("p0 p0");
        assertThat(results).containsExactly(HookResult.deny("no"));
    }

    @Test
    void makesALaterAnswerOnAChildWhenThatMayWait() {
        CompletableFuture<String> stage = new CompletableFuture<>();
        List<String> where = new ArrayList<>();
        PluginInstance plugin =
                PluginInstance.of("p", slow(HookResult.later(stage, denying(where))));
        start(plugin);
        settle();
        assertThat(plugin.share().taken()).isZero();

        stage.complete("no");
        loop.remove().run();
        assertThat(where).isEmpty();
        assertThat(children).hasSize(1);
        settle();

        assertThat(results).containsExactly(HookResult.deny("no"));
        assertThat(plugin.share().taken()).isZero();
        assertThat(plugin.running()).isZero();
        assertThat(plugin.pending()).isEmpty();
    }

    @Test
    void doesOnAChildWhatMayWaitAfterAll() {
        CompletableFuture<String> stage = CompletableFuture.completedFuture("no");
        List<String> where = new ArrayList<>();
        Function<String, HookResult> rest = denying(where);
        HookResult said = HookResult.onChild(() -> HookResult.later(stage, rest));
        PluginInstance plugin = PluginInstance.of("p", new Quick(said.because("why")));
        start(plugin);
        loop.remove().run();

        assertThat(children).hasSize(1);
        assertThat(plugin.share().taken()).isOne();
        children.remove().run();
        assertThat(plugin.share().taken()).isZero();
        assertThat(children).isEmpty();
        settle();

        assertThat(where).containsExactly("p p");
        assertThat(results).containsExactly(HookResult.deny("no").because("why"));
        assertThat(plugin.running()).isZero();
        assertThat(plugin.pending()).isEmpty();
    }

    @Test
    void makesNoLaterAnswerOnceTheCallWasGivenUp() {
        CompletableFuture<String> stage = new CompletableFuture<>();
        List<String> where = new ArrayList<>();
        PluginInstance plugin =
                PluginInstance.of("p", slow(HookResult.later(stage, denying(where))));
        HookRun run = startSlow(plugin);
        settle();
        stage.complete("no");
        loop.remove().run();

        run.tick(inSeconds(61));
        settle();

        assertThat(where).isEmpty();
        assertThat(results).hasSize(1);
        assertThat(plugin.share().taken()).isZero();
        assertThat(plugin.running()).isZero();
    }

    @Test
    void answersOtherwiseWhenThePluginsLimitIsOver() throws InterruptedException {
        CompletableFuture<String> stage = new CompletableFuture<>();
        List<String> where = new ArrayList<>();
        HookResult later =
                HookResult.later(stage, Duration.ZERO, HookResult.ok("late"), denying(where));
        start(new Quick(later));

        Objects.requireNonNull(loop.poll(60, TimeUnit.SECONDS)).run();
        stage.complete("no");
        settle();

        assertThat(results).containsExactly(HookResult.ok("late"));
        assertThat(where).isEmpty();
    }

    @Test
    void takesAFailureWhileALaterAnswerIsMadeForThePlugins() {
        CompletableFuture<String> stage = CompletableFuture.completedFuture("x");
        HookResult later =
                HookResult.later(
                        stage,
                        text -> {
                            throw new IllegalStateException(text);
                        });

        assertThat(run(new Quick(later)).action()).isEqualTo(Action.DENYSOFT);
        assertThat(logged())
                .contains("FATAL PLUGIN ERROR [p0]: java.lang.IllegalStateException: x");
    }

    @Test
    void knowsTheCallsWhoseAnswersAreToCome() {
        CompletableFuture<HookResult> answer = new CompletableFuture<>();
        PluginInstance plugin = PluginInstance.of("p", new Quick(HookResult.later(answer)));
        start(plugin);

        settle();
        assertThat(plugin.pending())
                .extracting(PluginCall::hook, PluginCall::connectionId)
                .containsExactly(tuple("helo", "c1"));
        assertThat(plugin.isOf(Quick.class.getName())).isTrue();
        assertThat(plugin.isOf(Quick.class.getName() + "$Inner")).isTrue();
        assertThat(plugin.isOf(QuickMethod.class.getName())).isFalse();
        assertThat(plugin.isBeside(QuickMethod.class.getName())).isTrue();
        assertThat(plugin.isBeside("org.qpsmtpd.core.chaining.Other")).isFalse();
        answer.complete(HookResult.OK);
        settle();

        assertThat(plugin.pending()).isEmpty();
    }

    private HookRun startSlow(Object... plugins) {
        router.use(List.of(), LogLevel.DEBUG);
        HookRun run =
                HookRun.start(
                        list(plugins),
                        HookPoint.HELO,
                        host,
                        hook -> ((HeloHook) hook).onHelo(host.connection(), "name"),
                        results::add);
        assertThat(run).isNotNull();
        return run;
    }

    private static long inSeconds(long seconds) {
        return System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
    }

    private static PluginInstance skipping(HeloHook plugin) {
        return new PluginInstance(
                "soft", plugin, new PluginSettings(LevelSetting.UNCHANGED, true, 0), Origin.NONE);
    }

    @Test
    void defersWhatTakesTooLong() {
        CompletableFuture<HookResult> answer = new CompletableFuture<>();
        PluginInstance promising = PluginInstance.of("p0", slow(HookResult.later(answer)));
        HookRun run = startSlow(promising, dying());
        settle();

        run.tick(inSeconds(59));
        assertThat(results).isEmpty();
        run.tick(inSeconds(61));
        answer.complete(HookResult.OK);
        settle();

        assertThat(results).hasSize(1);
        assertThat(results.get(0).action()).isEqualTo(Action.DENYSOFT_DISCONNECT);
        assertThat(outcomes).extracting(Outcome::answer).containsExactly("overdue");
        assertThat(promising.pending()).isEmpty();
        assertThat(logged())
                .contains("plugin p0 did not answer hook helo in time (60 s), mail is deferred")
                .doesNotContain("FATAL");
    }

    @Test
    void keepsToTheDeadlineOfTheLine() {
        HeloHook hanging = slow(HookResult.later(new CompletableFuture<>()));
        PluginSettings settings = new PluginSettings(LevelSetting.UNCHANGED, false, 5);
        HookRun run = startSlow(new PluginInstance("p", hanging, settings, Origin.NONE));
        settle();

        run.tick(inSeconds(4));
        assertThat(results).isEmpty();
        run.tick(inSeconds(6));
        assertThat(results).hasSize(1);
    }

    @Test
    void goesOnWithoutAnOverduePluginThatMayFail() {
        PluginInstance hanging = skipping(slow(HookResult.later(new CompletableFuture<>())));
        HookRun run = startSlow(hanging, slow(HookResult.ok("the next")));
        settle();

        run.tick(inSeconds(61));
        settle();

        assertThat(results).containsExactly(HookResult.ok("the next"));
        assertThat(hanging.running()).isZero();
    }

    @Test
    void ignoresTheLateAnswerOfAChild() throws InterruptedException {
        CountDownLatch called = new CountDownLatch(1);
        CountDownLatch hangs = new CountDownLatch(1);
        AtomicBoolean interrupted = new AtomicBoolean();
        HeloHook hanging =
                (connection, name) -> {
                    called.countDown();
                    try {
                        hangs.await();
                    } catch (InterruptedException e) {
                        interrupted.set(true);
                    }
                    return HookResult.deny("late");
                };
        HookRun run = startSlow(hanging);
        AtomicBoolean flagLeft = new AtomicBoolean();
        Runnable request = children.remove();
        Thread child =
                new Thread(
                        () -> {
                            request.run();
                            flagLeft.set(Thread.currentThread().isInterrupted());
                        });
        child.start();
        called.await();

        run.tick(inSeconds(61));
        child.join();
        settle();

        assertThat(results).extracting(HookResult::action).containsOnly(Action.DENYSOFT_DISCONNECT);
        assertThat(interrupted).isTrue();
        assertThat(flagLeft).isFalse();
    }

    @Test
    void blamesNobodyWhenNoChildWasFree() {
        HookRun run = startSlow(slow(HookResult.OK));

        run.tick(inSeconds(61));
        settle();

        assertThat(results).extracting(HookResult::action).containsOnly(Action.DENYSOFT_DISCONNECT);
        assertThat(logged()).contains("no worker was free for plugin p0");
    }

    @Test
    void saysSoWhenAPluginHoldsMoreThanHalf() {
        PluginInstance one = PluginInstance.of("one", slow(HookResult.OK));
        startSlow(one);
        assertThat(hogs).isZero();
        for (int i = 0; i < 4; i++) {
            startSlow(one);
        }
        assertThat(children).hasSize(2);
        assertThat(inTurn).hasSize(1);
        assertThat(hogs).isEqualTo(1);
        startSlow(PluginInstance.of("other", slow(HookResult.OK)));
        assertThat(children).hasSize(3);
        assertThat(inTurn).hasSize(1);

        settle();

        assertThat(results).hasSize(6);
        assertThat(one.share().taken()).isZero();
        assertThat(hogs).isZero();
    }

    @Test
    void passesOverAPluginThatFailsAgainAndAgain() {
        PluginInstance broken = PluginInstance.of("broken", dying());
        for (int i = 0; i < 7; i++) {
            start(broken);
            settle();
        }

        assertThat(outcomes)
                .extracting(Outcome::answer)
                .containsExactly(
                        "error", "error", "error", "error", "error", "bypassed", "bypassed");
        assertThat(results).extracting(HookResult::action).containsOnly(Action.DENYSOFT);
        assertThat(logged()).containsOnlyOnce("plugin broken failed too often, it is passed over");
        assertThat(broken.figures(HookPoint.HELO).errors()).isEqualTo(5);
    }

    @Test
    void doesNotWaitForAPluginWhoseChildrenAllHang() throws InterruptedException {
        CountDownLatch called = new CountDownLatch(2);
        CountDownLatch over = new CountDownLatch(1);
        HeloHook hanging =
                (connection, name) -> {
                    called.countDown();
                    awaitUninterruptibly(over);
                    return HookResult.OK;
                };
        PluginInstance plugin = PluginInstance.of("hanging", hanging);
        List<Thread> busy = new ArrayList<>();
        List<HookRun> runs = List.of(startSlow(plugin), startSlow(plugin));
        while (!children.isEmpty()) {
            Thread child = new Thread(children.remove());
            busy.add(child);
            child.start();
        }
        called.await();
        runs.forEach(run -> run.tick(inSeconds(61)));
        results.clear();

        start(plugin);
        assertThat(results).extracting(HookResult::action).containsExactly(Action.DENYSOFT);
        assertThat(outcomes).extracting(Outcome::answer).endsWith("bypassed");

        over.countDown();
        for (Thread child : busy) {
            child.join();
        }
        results.clear();
        assertThat(run(plugin)).isEqualTo(HookResult.OK);
    }

    /** Says that it never waits. */
    @NonBlocking
    private static final class Liar implements HeloHook {
        private final CountDownLatch called = new CountDownLatch(1);
        private final CountDownLatch over = new CountDownLatch(1);

        @Override
        public HookResult onHelo(Connection connection, String name) {
            called.countDown();
            awaitUninterruptibly(over);
            return HookResult.OK;
        }
    }

    @Test
    void givesUpOneThatWaitsOnAChildAlthoughItSaysItNeverWould() throws InterruptedException {
        Liar liar = new Liar();
        PluginInstance plugin = PluginInstance.of("liar", liar);
        HookRun run = startSlow(slow(HookResult.DECLINED), plugin);
        Thread child = new Thread(children.remove());
        child.start();
        liar.called.await();

        run.tick(inSeconds(61));
        settle();

        assertThat(results).extracting(HookResult::action).containsOnly(Action.DENYSOFT_DISCONNECT);
        assertThat(logged()).contains("plugin liar does not come back although it is marked");
        assertThat(plugin.isNonBlocking(HookPoint.HELO)).isFalse();
        liar.over.countDown();
        child.join();
        assertThat(plugin.share().taken()).isZero();
    }

    @Test
    void doesNotBlameTheOneThatAsksForASetting() {
        ConfigHook broken =
                name -> {
                    throw new StackOverflowError("deep");
                };
        PluginInstance supplier = PluginInstance.of("supplier", broken);
        PluginList supplies = list(supplier);
        HeloHook asks =
                (connection, name) ->
                        supplies.first(
                                                host,
                                                HookPoint.CONFIG,
                                                ConfigHook.class,
                                                hook -> hook.onConfig("x"))
                                        .isPresent()
                                ? HookResult.OK
                                : HookResult.DENY;
        PluginInstance asker = PluginInstance.of("asker", asks);
        for (int i = 0; i < 7; i++) {
            start(asker);
            settle();
        }

        assertThat(results).extracting(HookResult::action).containsOnly(Action.DENYSOFT);
        assertThat(asker.figures(HookPoint.HELO).errors()).isZero();
        assertThat(supplier.figures(HookPoint.CONFIG).errors()).isEqualTo(5);
        assertThat(logged())
                .contains("FATAL PLUGIN ERROR [supplier]: java.lang.StackOverflowError: deep")
                .containsOnlyOnce("plugin supplier failed too often")
                .doesNotContain("[asker]");
    }

    @Test
    void keepsFewAnswersForAnObserverThatHangs() throws InterruptedException {
        CountDownLatch called = new CountDownLatch(1);
        CountDownLatch over = new CountDownLatch(1);
        DenyHook hanging =
                (connection, transaction, plugin, hook, result) -> {
                    called.countDown();
                    awaitUninterruptibly(over);
                };
        PluginInstance observer = PluginInstance.of("observer", hanging);
        Quick denying = new Quick(HookResult.DENY);
        HookRun first = startSlow(denying, observer);
        Thread child = new Thread(children.remove());
        child.start();
        called.await();
        for (int i = 0; i < Share.MOST_NOTICES; i++) {
            start(denying, observer);
        }
        assertThat(logged()).doesNotContain("does not keep up");
        start(denying, observer);

        assertThat(logged())
                .contains(
                        "plugin observer does not keep up with hook deny, answers that it was not"
                                + " told of: 1");
        assertThat(observer.share().taken()).isEqualTo(1);
        assertThat(results).containsExactly(HookResult.DENY);
        first.tick(inSeconds(61));
        assertThat(logged())
                .contains("plugin observer did not come back from hook deny in time (60 s)");
        assertThat(results).containsExactly(HookResult.DENY, HookResult.DENY);
        over.countDown();
        child.join();
        settle();
        assertThat(observer.share().taken()).isZero();
    }

    @Test
    void tellsObserversBeforeItAsksTheNext() {
        List<String> seen = new ArrayList<>();
        OkHook watching = (connection, transaction, plugin, hook, result) -> seen.add(plugin);
        HeloHook asked =
                (connection, name) -> {
                    seen.add("asked");
                    return HookResult.OK;
                };
        start(new Quick(HookResult.DECLINED), watching, asked);

        assertThat(children).hasSize(1);
        children.remove().run();
        assertThat(children).isEmpty();
        settle();

        assertThat(seen).containsExactly("p0", "asked", "p2");
        assertThat(results).containsExactly(HookResult.OK);
    }

    @Test
    void givesAnObserversPlaceBackWhateverItThrows() {
        DenyHook failing =
                (connection, transaction, plugin, hook, result) -> {
                    throw new StackOverflowError("deep");
                };
        PluginInstance observer = PluginInstance.of("observer", failing);

        run(new Quick(HookResult.DENY), observer);

        assertThat(observer.share().taken()).isZero();
        assertThat(logged())
                .contains("FATAL PLUGIN ERROR [observer]: java.lang.StackOverflowError: deep");
    }

    private static void awaitUninterruptibly(CountDownLatch latch) {
        boolean waits = true;
        while (waits) {
            try {
                latch.await();
                waits = false;
            } catch (InterruptedException e) {
                // as a plugin does that takes no notice
            }
        }
    }

    @Test
    void waitsForAPluginThatIsAway() {
        PluginInstance plugin = PluginInstance.of("p", new Quick(HookResult.ok("old")));
        assertThat(plugin.depart(0)).isTrue();
        startSlow(plugin, dying());
        settle();
        assertThat(results).isEmpty();

        plugin.arrive(new Quick(HookResult.ok("new")));
        settle();

        assertThat(results).containsExactly(HookResult.ok("new"));
    }

    @Test
    void countsTheCallsInFlight() {
        CompletableFuture<HookResult> answer = new CompletableFuture<>();
        PluginInstance plugin = PluginInstance.of("p", slow(HookResult.later(answer)));
        startSlow(plugin);
        settle();

        assertThat(plugin.depart(1)).isFalse();
        answer.complete(HookResult.OK);
        settle();
        assertThat(plugin.depart(1)).isTrue();
        assertThat(results).containsExactly(HookResult.OK);
    }

    @Test
    void recordsWhatWasAnswered() {
        run(new Quick(HookResult.pass("looks good")), slow(HookResult.deny("go away")));

        assertThat(outcomes)
                .extracting(Outcome::hook, Outcome::plugin, Outcome::answer, Outcome::text)
                .containsExactly(
                        tuple("helo", "p0", "DECLINED", ""),
                        tuple("helo", "p1", "DENY", "go away"));
        assertThat(outcomes.get(0).reason()).isEqualTo("pass: looks good");
    }

    @Test
    void writesReasons() {
        run(slow(HookResult.pass("fine").because("pass: fine\nreally")));

        assertThat(logged()).contains("(helo) p0: pass: fine\\x0areally");
    }

    @Test
    void marksTheNaughty() {
        HookResult result =
                run(
                        slow(HookResult.naughty(Action.DENY, "one")),
                        slow(HookResult.naughty(Action.DENYSOFT, "two")));

        assertThat(result.action()).isEqualTo(Action.DECLINED);
        assertThat(deferred).containsExactly("p0 DENY one", "p1 DENYSOFT two");
    }

    @Test
    void tellsObservers() {
        List<String> seen = new ArrayList<>();
        DenyHook denies =
                (connection, transaction, plugin, hook, result) ->
                        seen.add("deny " + plugin + " " + hook + " " + result.action());
        OkHook others =
                (connection, transaction, plugin, hook, result) ->
                        seen.add("ok " + plugin + " " + hook + " " + result.action());
        DenyHook failing =
                (connection, transaction, plugin, hook, result) -> {
                    throw new IllegalStateException("observer");
                };

        HookResult result =
                run(
                        slow(HookResult.DECLINED),
                        slow(HookResult.denySoft("no")),
                        failing,
                        denies,
                        others);

        assertThat(result).isEqualTo(HookResult.denySoft("no"));
        assertThat(seen).containsExactly("ok p0 helo DECLINED", "deny p1 helo DENYSOFT");
        assertThat(logged()).contains("FATAL PLUGIN ERROR");
    }
}
