package org.qpsmtpd.itest.container;

import static org.assertj.core.api.Assertions.assertThat;
import static org.ops4j.pax.exam.CoreOptions.options;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import javax.inject.Inject;
import org.junit.Test;
import org.junit.runner.RunWith;
import org.ops4j.pax.exam.Configuration;
import org.ops4j.pax.exam.Option;
import org.ops4j.pax.exam.junit.PaxExam;
import org.ops4j.pax.exam.spi.reactors.ExamReactorStrategy;
import org.ops4j.pax.exam.spi.reactors.PerClass;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleException;
import org.qpsmtpd.itest.SmtpDialogue;
import org.qpsmtpd.itest.Waiting;

/** The order in which a server ends: sessions first, then the plugins they use. */
@RunWith(PaxExam.class)
@ExamReactorStrategy(PerClass.class)
public final class ShutdownIT {
    @Inject private BundleContext context;

    /** A marker that keeps a journal, and a maildir. */
    @Configuration
    public Option[] configuration() throws IOException {
        Workspace workspace = Workspace.create("shutdown");
        Path jars = workspace.folder("jars");
        workspace.configure("plugins", "rcpt_ok", "marker", "queue/maildir " + workspace.maildir());
        workspace.configure("logging", "collector");
        return options(
                Distribution.in(
                        workspace,
                        PluginJar.collector(workspace.log()).writeTo(jars),
                        PluginJar.marker("1.0.0", "last", workspace.journal()).writeTo(jars)));
    }

    @Test
    public void sessionsEndBeforeThePluginsTheyUse() throws Exception {
        ServerInContainer server = new ServerInContainer(context);
        try (SmtpDialogue idle = server.greeted();
                SmtpDialogue busy = server.greeted()) {
            busy.envelope("sender@example.org", "someone@example.com");
            busy.send("DATA");
            busy.expect(354);
            busy.sendBytes(ServerInContainer.message("in flight"));
            CompletableFuture<Void> stopped = stopCore(server.bundle("org.qpsmtpd.core"));
            idle.expect(421);
            idle.expectClosed();
            assertThat(Workspace.text(server.workspace().journal())).isEqualTo("made last\n");
            busy.sendBytes(".\r\n".getBytes(StandardCharsets.US_ASCII));
            busy.expect(250);
            stopped.get(Waiting.LIMIT.toSeconds(), TimeUnit.SECONDS);
        }
        assertThat(Workspace.text(server.workspace().journal()))
                .isEqualTo("made last\nasked last\nreleased last\n");
        assertThat(server.stored("in flight")).contains("X-Marker: last\n");
    }

    private static CompletableFuture<Void> stopCore(Bundle core) {
        return CompletableFuture.runAsync(
                () -> {
                    try {
                        core.stop();
                    } catch (BundleException e) {
                        throw new IllegalStateException(e);
                    }
                });
    }
}
