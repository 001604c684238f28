package org.qpsmtpd.maildir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class DirectorySyncTest {
    private static final Path NEW = Path.of("new");
    private static final Path OTHER = Path.of("other");

    private final GatedDisk disk = new GatedDisk();
    private final DirectorySync directories = new DirectorySync(disk);
    private final List<Caller> callers = new ArrayList<>();

    @Test
    void syncsForASingleCaller() throws IOException {
        disk.gate.release();
        directories.sync(NEW);
        assertThat(disk.begun).hasValue(1);
    }

    @Test
    void releasesACallerOnlyByASyncThatBeganAfterItsCall() throws InterruptedException {
        Caller first = callAndWaitForItsSync();
        Caller late = callWhileASyncRuns();

        disk.gate.release();
        first.join();
        disk.started.acquire();

        assertThat(late.isAlive()).isTrue();
        disk.gate.release();
        late.join();
        assertThat(late.failure).isNull();
        assertThat(disk.begun).hasValue(2);
    }

    @Test
    void sharesOneSyncAmongAllWhoWait() throws InterruptedException {
        callAndWaitForItsSync();
        for (int i = 0; i < 5; i++) {
            callWhileASyncRuns();
        }
        disk.gate.release(10);
        joinAll();
        assertThat(disk.begun).hasValue(2);
        assertThat(callers).allSatisfy(caller -> assertThat(caller.failure).isNull());
    }

    @Test
    void doesNotMakeDirectoriesWaitForEachOther() throws IOException, InterruptedException {
        Caller slow = callAndWaitForItsSync();
        directories.sync(OTHER);
        assertThat(slow.isAlive()).isTrue();
        disk.gate.release();
        joinAll();
    }

    @Test
    void failsForAllWhoWaitedForTheFailedSync() throws IOException, InterruptedException {
        Caller first = callAndWaitForItsSync();
        Caller second = callWhileASyncRuns();
        Caller third = callWhileASyncRuns();
        disk.failing = 2;
        disk.gate.release(2);
        joinAll();
        assertThat(first.failure).isNull();
        assertThat(second.failure).hasMessage("Input/output error");
        assertThat(third.failure).hasMessage("Input/output error");

        disk.gate.release();
        directories.sync(NEW);
        assertThat(disk.begun).hasValue(3);
    }

    @Test
    void anInterruptedCallerLeavesTheOthersAlone() throws InterruptedException {
        callAndWaitForItsSync();
        Caller leader = callWhileASyncRuns();
        Caller follower = callWhileASyncRuns();
        Caller interrupted = callWhileASyncRuns();
        interrupted.interrupt();
        interrupted.join();
        leader.interrupt();
        disk.gate.release(2);
        joinAll();
        assertThat(interrupted.failure).isInstanceOf(InterruptedIOException.class);
        assertThat(leader.failure).isNull();
        assertThat(follower.failure).isNull();
    }

    @Test
    void anUnexpectedFaultReleasesThoseWhoWait() throws InterruptedException {
        callAndWaitForItsSync();
        Caller leader = callWhileASyncRuns();
        Caller follower = callWhileASyncRuns();
        disk.breaking = 2;
        disk.gate.release(2);
        joinAll();
        assertThat(leader.failure).isInstanceOf(IllegalStateException.class);
        assertThat(follower.failure).hasMessageContaining("sync did not end");
    }

    @Test
    void reportsTheFaultToTheCaller() {
        disk.failing = 1;
        disk.gate.release();
        assertThatThrownBy(() -> directories.sync(NEW)).isInstanceOf(IOException.class);
    }

    private Caller callAndWaitForItsSync() throws InterruptedException {
        Caller caller = call();
        disk.started.acquire();
        return caller;
    }

    private Caller callWhileASyncRuns() {
        Caller caller = call();
        while (caller.getState() != Thread.State.WAITING) {
            Thread.onSpinWait();
        }
        return caller;
    }

    private Caller call() {
        Caller caller = new Caller(directories);
        callers.add(caller);
        caller.start();
        return caller;
    }

    private void joinAll() throws InterruptedException {
        for (Caller caller : callers) {
            caller.join();
        }
    }

    private static final class Caller extends Thread {
        private final DirectorySync directories;
        volatile @Nullable Exception failure;

        Caller(DirectorySync directories) {
            this.directories = directories;
        }

        @Override
        public void run() {
            try {
                directories.sync(NEW);
            } catch (IOException | RuntimeException e) {
                failure = e;
            }
        }
    }

    /** Syncs end one by one, when the test opens the gate. */
    private static final class GatedDisk implements Disk {
        final AtomicInteger begun = new AtomicInteger();
        final Semaphore started = new Semaphore(0);
        final Semaphore gate = new Semaphore(0);
        volatile int failing;
        volatile int breaking;

        @Override
        public void syncDirectory(Path directory) throws IOException {
            int number = begun.incrementAndGet();
            started.release();
            if (!directory.equals(OTHER)) {
                gate.acquireUninterruptibly();
            }
            if (number == failing) {
                throw new IOException("Input/output error");
            }
            if (number == breaking) {
                throw new IllegalStateException("broken");
            }
        }

        @Override
        public NewFile create(Path file) {
            throw new UnsupportedOperationException();
        }

        @Override
        public void makeDirectory(Path directory) {
            throw new UnsupportedOperationException();
        }

        @Override
        public void move(Path from, Path to) {
            throw new UnsupportedOperationException();
        }

        @Override
        public void delete(Path file) {
            throw new UnsupportedOperationException();
        }
    }
}
