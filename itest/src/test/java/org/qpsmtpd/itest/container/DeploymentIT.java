package org.qpsmtpd.itest.container;

import static org.assertj.core.api.Assertions.assertThat;
import static org.ops4j.pax.exam.CoreOptions.options;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import javax.inject.Inject;
import org.junit.After;
import org.junit.Before;
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
import org.qpsmtpd.itest.process.Eventually;

/** Plugins that come, go and change while sessions are open. */
@RunWith(PaxExam.class)
@ExamReactorStrategy(PerClass.class)
public final class DeploymentIT {
    @Inject private BundleContext context;

    private ServerInContainer server;
    private Workspace workspace;

    /** A small configuration; the plugin marker is not in it. */
    @Configuration
    public Option[] configuration() throws IOException {
        Workspace created = Workspace.create("deployment");
        created.configure("plugins", lines(created));
        created.configure("logging", "collector");
        Path collector = PluginJar.collector(created.log()).writeTo(created.folder("jars"));
        return options(Distribution.in(created, collector));
    }

    private static String[] lines(Workspace workspace) {
        return new String[] {"rcpt_ok", "queue/maildir " + workspace.maildir()};
    }

    /** Finds the server and waits until it serves. */
    @Before
    public void findServer() {
        server = new ServerInContainer(context);
        workspace = server.workspace();
        server.greeted().close();
    }

    /** Puts everything back as it was. */
    @After
    public void restore() throws Exception {
        int before = logLength();
        boolean deployed =
                Files.deleteIfExists(workspace.deploy().resolve("org.example.marker.jar"));
        Path plugins = workspace.config().resolve("plugins");
        String[] usual = lines(workspace);
        if (!Files.readAllLines(plugins).equals(List.of(usual))) {
            workspace.configure("plugins", usual); // which the server still has in use
        }
        if (deployed) {
            server.awaitGeneration(before);
            Eventually.holds("the marker is gone", () -> !isInstalled("org.example.marker"));
        }
        Files.deleteIfExists(workspace.journal());
    }

    private boolean isInstalled(String symbolicName) {
        for (Bundle bundle : context.getBundles()) {
            if (symbolicName.equals(bundle.getSymbolicName())) {
                return true;
            }
        }
        return false;
    }

    private int logLength() throws IOException {
        return Workspace.text(workspace.log()).length();
    }

    private void deployMarker(String version, String text) throws IOException {
        int before = logLength();
        PluginJar.marker(version, text, workspace.journal()).writeTo(workspace.deploy());
        Eventually.get(
                "the marker " + text + " in a generation",
                () -> Workspace.text(workspace.journal()),
                journal -> journal.contains("made " + text));
        server.awaitGeneration(before);
    }

    @Test
    public void aDeployedPluginDecidesTheNextSessionOnly() throws Exception {
        try (SmtpDialogue before = server.greeted()) {
            deployMarker("1.0.0", "deployed");
            try (SmtpDialogue after = server.greeted()) {
                assertThat(server.deliver(after, "after")).contains("X-Marker: deployed\n");
            }
            assertThat(server.deliver(before, "before")).doesNotContain("X-Marker");
        }
    }

    @Test
    public void aReplacedPluginDecidesTheNextSession() throws Exception {
        deployMarker("1.0.0", "old");
        deployMarker("1.0.1", "new");
        try (SmtpDialogue session = server.greeted()) {
            assertThat(server.deliver(session, "replaced"))
                    .contains("X-Marker: new\n")
                    .doesNotContain("X-Marker: old");
        }
    }

    @Test
    public void aRemovedPluginLeavesTheNextSession() throws Exception {
        deployMarker("1.0.0", "brief");
        try (SmtpDialogue session = server.greeted()) {
            assertThat(server.deliver(session, "with it")).contains("X-Marker: brief\n");
        }
        int before = logLength();
        Files.delete(workspace.deploy().resolve("org.example.marker.jar"));
        server.awaitGeneration(before);
        try (SmtpDialogue session = server.greeted()) {
            assertThat(server.deliver(session, "without it")).doesNotContain("X-Marker");
        }
        assertThat(Workspace.text(workspace.journal())).endsWith("released brief\n");
    }

    private void awaitLog(int before, String text) {
        Eventually.get(
                "in the log: " + text,
                () -> Workspace.text(workspace.log()).substring(before),
                log -> log.contains(text));
    }

    @Test
    public void aMissingPluginLeavesThoseThatRun() throws Exception {
        int before = logLength();
        Path file = workspace.configure("plugins", "rcpt_ok", "no_such_plugin", "queue/discard");
        awaitLog(before, " stays in use");
        awaitLog(before, file + ":2: plugin 'no_such_plugin': it is not installed");
        try (SmtpDialogue session = server.greeted()) {
            server.deliver(session, "stored, not discarded");
        }
    }

    @Test
    public void aMissingPluginThatIsOptionalIsLeftOut() throws Exception {
        int before = logLength();
        String[] lines = {
            "rcpt_ok", "no_such_plugin optional", "queue/maildir " + workspace.maildir()
        };
        workspace.configure("plugins", lines);
        awaitLog(before, "it is left out");
        try (SmtpDialogue session = server.greeted()) {
            server.deliver(session, "without the optional one");
        }
    }

    @Test
    public void aWrongOptionIsNamedWithItsPlaceAndTheNearestRightOne() throws Exception {
        int before = logLength();
        Path file = workspace.configure("plugins", "rcpt_ok", "", "headers requier From");
        awaitLog(before, " stays in use");
        String place = file + ":3: plugin 'headers': ";
        awaitLog(before, place + "unknown option 'requier', did you mean 'require'?");
        try (SmtpDialogue session = server.greeted()) {
            server.deliver(session, "as before");
        }
    }

    @Test
    public void aStoppedPluginThatALineNamesDefersMailUntilItIsBack() throws Exception {
        Bundle plugin = server.bundle("org.qpsmtpd.plugin.rcptok");
        int before = logLength();
        stop(plugin);
        server.awaitGeneration(before);
        try (SmtpDialogue session = server.connect()) {
            session.expect(421);
        }
        int stopped = logLength();
        plugin.start();
        server.awaitGeneration(stopped);
        try (SmtpDialogue session = server.greeted()) {
            server.deliver(session, "started again");
        }
    }

    private static void stop(Bundle bundle) throws BundleException {
        bundle.stop();
    }
}
