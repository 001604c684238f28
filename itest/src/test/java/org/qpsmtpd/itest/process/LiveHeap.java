package org.qpsmtpd.itest.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;

/** What is alive on the heap of a server. */
final class LiveHeap {
    private LiveHeap() {}

    /** The sum of all classes, in octets; collects first. */
    static long of(long pid) throws IOException, InterruptedException {
        Process jcmd =
                new ProcessBuilder("jcmd", Long.toString(pid), "GC.class_histogram")
                        .redirectErrorStream(true)
                        .start();
        String text = new String(jcmd.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
        assertThat(jcmd.waitFor()).as(text).isZero();
        String total =
                text.lines().filter(line -> line.startsWith("Total")).findFirst().orElseThrow();
        return Long.parseLong(total.split("\\s+", -1)[2]);
    }
}
