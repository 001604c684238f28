package org.qpsmtpd.runtime.felix.host;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

final class SignalsTest {
    @Test
    void runsTheActionWhenTheSignalArrives() throws Exception {
        CountDownLatch arrived = new CountDownLatch(1);
        Signals.handle(Signals.Name.HUP, arrived::countDown);
        long self = ProcessHandle.current().pid();
        new ProcessBuilder("kill", "-HUP", Long.toString(self)).start().waitFor();
        assertThat(arrived.await(30, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void readsWhichSignalsAreIgnored() {
        List<String> status = List.of("SigBlk:\t0000000000000004", "SigIgn:\t8000000000000003");
        assertThat(Signals.mask(status)).isEqualTo(0x8000000000000003L);
        assertThat(Signals.mask(List.of("Name:\tjava"))).isZero();
    }
}
