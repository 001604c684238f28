package org.qpsmtpd.core.chain;

import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.qpsmtpd.api.answer.HookResult;

/** Waits for answers that come later, and has them made where the plugin's code belongs. */
final class Promises {
    /** What goes on when an answer is there. */
    interface Course {
        /** Runs something where the connection's thread is; nowhere when the server has stopped. */
        void onLoop(Runnable step);

        /**
         * Runs code of a plugin that was entered, and takes its answer.
         *
         * @param held the call; null for one that never waits
         * @param code the call itself, or what makes the answer that was to come
         * @param promise what the code makes the answer of; null for none
         * @return whether the answer is there; false when it comes later, or nobody waits for it
         */
        boolean visit(
                Link link,
                @Nullable HookCall held,
                long began,
                Object argument,
                Function<Object, HookResult> code,
                @Nullable Promise promise);

        /** A plugin has answered or failed: counts, records and logs it. */
        void take(
                Link link,
                long began,
                @Nullable HookResult said,
                @Nullable Throwable failure,
                @Nullable Promise promise);

        /** Goes on behind a plugin whose answer is there; on the connection's own thread. */
        void goOn(Link link);
    }

    private final HookHost host;
    private final ChildPlaces places;
    private final Course course;

    Promises(HookHost host, ChildPlaces places, Course course) {
        this.host = host;
        this.places = places;
        this.course = course;
    }

    /**
     * Whether an answer says that it comes later, and is waited for.
     *
     * @param before the promise that it is the answer of; null for none
     */
    static boolean isOne(HookResult said, @Nullable Promise before) {
        return said.pending().isPresent() && (before == null || before.number() < Promise.MOST);
    }

    /** The plugin has returned, and its answer comes later. */
    void pend(HookCall pending, long began, HookResult said, @Nullable Promise before) {
        boolean mine = pending.returnPending();
        places.giveBack(pending);
        Link link = pending.link();
        if (!mine) {
            link.plugin().hangsNoMore();
            link.plugin().exit();
            return;
        }
        link.plugin().pends(link.call(host.connection().id()));
        await(pending, began, said, before);
    }

    private void await(HookCall pending, long began, HookResult said, @Nullable Promise before) {
        HookResult kept = before == null ? said : before.kept(said);
        Promise promise =
                new Promise(pending, began, kept, before == null ? 1 : before.number() + 1);
        promise.await(host.loop(), end -> course.onLoop(() -> arrived(promise, end)));
    }

    /** The stage has ended: what is left is the plugin's code that makes the answer, if any. */
    private void arrived(Promise promise, Promise.End end) {
        @Nullable Function<Object, HookResult> function = promise.later().function().orElse(null);
        if (end.failure() == null && !end.late() && function != null) {
            makeAnswer(promise, value -> function.apply(end.value()));
            return;
        }
        @Nullable HookResult said =
                end.late()
                        ? promise.later().otherwise()
                        : end.value() instanceof HookResult result ? result : null;
        if (said != null && isOne(said, promise)) {
            await(promise.call(), promise.began(), said, promise);
        } else {
            ended(promise, said, end.failure());
        }
    }

    private void makeAnswer(Promise promise, Function<Object, HookResult> code) {
        HookCall pending = promise.call();
        Link link = pending.link();
        if (link.nonBlocking() && !promise.later().mayWait()) {
            if (resume(promise, code)) {
                course.goOn(link);
            }
            return;
        }
        Runnable request =
                () -> {
                    pending.takesPlace();
                    if (resume(promise, code)) {
                        course.onLoop(() -> course.goOn(link));
                    }
                };
        places.submit(pending, request);
    }

    /** Runs the plugin's code here and now, unless the call was given up. */
    private boolean resume(Promise promise, Function<Object, HookResult> code) {
        HookCall pending = promise.call();
        Link link = pending.link();
        if (!pending.resume(Thread.currentThread())) {
            places.giveBack(pending);
            return false;
        }
        link.plugin().pendsNoMore(link.call(host.connection().id()));
        return course.visit(link, pending, promise.began(), link, code, promise);
    }

    private void ended(Promise promise, @Nullable HookResult said, @Nullable Throwable failure) {
        if (!promise.call().end()) {
            return;
        }
        Link link = promise.call().link();
        link.plugin().pendsNoMore(link.call(host.connection().id()));
        link.plugin().exit();
        course.take(link, promise.began(), said, failure, promise);
        course.goOn(link);
    }
}
