package org.qpsmtpd.itest.container;

import static org.assertj.core.api.Assertions.assertThat;
import static org.ops4j.pax.exam.CoreOptions.options;

import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
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
import org.osgi.framework.BundleContext;
import org.osgi.framework.FrameworkUtil;
import org.osgi.framework.ServiceReference;
import org.osgi.framework.ServiceRegistration;
import org.qpsmtpd.api.answer.HookResult;
import org.qpsmtpd.api.hook.HelpHook;
import org.qpsmtpd.itest.SmtpDialogue;
import org.qpsmtpd.itest.process.Eventually;

/** Two servers in a host that is none of ours. */
@RunWith(PaxExam.class)
@ExamReactorStrategy(PerClass.class)
public final class HostedServersIT {
    @Inject private BundleContext context;

    private Workspace workspace;
    private HostedServer first;
    private HostedServer second;
    private final HostLog hostLog = new HostLog();

    /** The lines of the core in the host's own log. */
    private static final class HostLog extends Handler {
        private final List<String> lines = new CopyOnWriteArrayList<>();

        @Override
        public void publish(LogRecord line) {
            lines.add(line.getMessage());
        }

        /** Waits for a line, and returns all that begin like it. */
        List<String> await(String beginning) {
            return Eventually.get(
                    "in the host's log: " + beginning,
                    () -> lines.stream().filter(line -> line.startsWith(beginning)).toList(),
                    found -> !found.isEmpty());
        }

        @Override
        public void flush() {
            // nothing is kept back
        }

        @Override
        public void close() {
            // nothing is open
        }
    }

    /** A host with the folders of two servers, and no server yet. */
    @Configuration
    public Option[] configuration() throws IOException {
        Workspace created = Workspace.create("hosted");
        folders(created, "qpsmtpd");
        folders(created, "second");
        Path collector = PluginJar.collector(created.log()).writeTo(created.folder("jars"));
        return options(Distribution.host(created, collector));
    }

    private static void folders(Workspace workspace, String name) {
        Workspace own = new Workspace(workspace.folder(name));
        own.folder("config");
        own.configure("me", name + ".example.com");
        own.configure("rcpthosts", name + ".example.com");
        own.configure("logging", "collector journal " + own.log());
        own.configure("plugins", "rcpt_ok", "queue/maildir " + own.maildir());
    }

    /** Starts both servers. */
    @Before
    public void configureServers() throws IOException {
        Logger.getLogger("org.qpsmtpd").addHandler(hostLog);
        workspace = new ServerInContainer(context).workspace();
        first = server("qpsmtpd");
        second = server("second");
        first.configure(Map.of());
        second.configure(Map.of());
        first.serving();
        second.serving();
    }

    private HostedServer server(String name) {
        folders(workspace, name);
        return new HostedServer(context, name, new Workspace(workspace.folder(name)));
    }

    /** Ends both servers. */
    @After
    public void removeServers() throws IOException {
        first.remove();
        second.remove();
        Eventually.holds(
                "no server", () -> first.control().isEmpty() && second.control().isEmpty());
        Files.deleteIfExists(workspace.deploy().resolve("org.example.marker.jar"));
        Eventually.holds("the marker is gone", () -> markers() == 0);
        Logger.getLogger("org.qpsmtpd").removeHandler(hostLog);
    }

    private void deploy(String version) throws IOException {
        PluginJar.marker(version, version, workspace.journal()).writeTo(workspace.deploy());
        first.awaitPlugin("marker", version, true);
        second.awaitPlugin("marker", version, true);
    }

    private long markers() {
        return Arrays.stream(context.getBundles())
                .filter(bundle -> "org.example.marker".equals(bundle.getSymbolicName()))
                .count();
    }

    @Test
    public void eachHasItsOwnConfigurationPluginsAndLog() throws Exception {
        assertThat(first.port()).isNotEqualTo(second.port());
        try (SmtpDialogue one = SmtpDialogue.to(first.port());
                SmtpDialogue two = SmtpDialogue.to(second.port())) {
            assertThat(one.hello().text()).startsWith("qpsmtpd.example.com ");
            assertThat(two.hello().text()).startsWith("second.example.com ");
            one.command("MAIL FROM:<sender@example.org>");
            assertThat(one.command("RCPT TO:<x@second.example.com>").code()).isEqualTo(550);
            one.command("RSET");
            first.deliver(one, "for the first");
            second.deliver(two, "for the second");
        }
        assertThat(first.workspace().messages()).noneMatch(text -> text.contains("the second"));
        assertThat(second.workspace().messages()).noneMatch(text -> text.contains("the first"));
        assertThat(Workspace.text(first.workspace().log()))
                .contains("NOTICE generation ")
                .doesNotContain("second: generation");
        assertThat(Workspace.text(second.workspace().log())).contains("NOTICE second: generation ");
        assertThat(Thread.getAllStackTraces().keySet())
                .extracting(Thread::getName)
                .contains("control", "second/control");
    }

    @Test
    public void theLogOfTheHostStaysItsOwn() {
        hostLog.await("Listening on ");
        assertThat(Logger.getLogger("").getHandlers())
                .noneMatch(handler -> handler.getClass().getName().startsWith("org.qpsmtpd."));
    }

    @Test
    public void oneIsConfiguredAnewWhileTheOtherServes() throws Exception {
        try (SmtpDialogue idle = first.greeted();
                SmtpDialogue session = second.greeted()) {
            session.envelope("sender@example.org", "someone@second.example.com");
            first.configure(Map.of("limit-connections", "7", "Children", 3));
            idle.expect(421);
            idle.expectClosed();
            Eventually.holds(
                    "the first server with new options",
                    () ->
                            first.control().stream()
                                    .anyMatch(one -> one.status().mostConnections() == 7));
            assertThat(first.serving().status().mostChildren()).isEqualTo(3);
            assertThat(session.data(ServerInContainer.message("in between")).code()).isEqualTo(250);
            try (SmtpDialogue again = first.greeted()) {
                first.deliver(again, "with new options");
            }
            second.deliver(session, "went on");
        }
    }

    @Test
    public void oneGoesWhileTheOtherServes() throws Exception {
        try (SmtpDialogue session = second.greeted();
                SmtpDialogue busy = first.greeted()) {
            busy.envelope("sender@example.org", "someone@qpsmtpd.example.com");
            busy.command("DATA");
            first.remove();
            second.deliver(session, "beside a server that drains");
            busy.sendBytes(ServerInContainer.message("finished"));
            busy.send(".");
            busy.expect(250);
            Eventually.holds("the first is gone", () -> first.control().isEmpty());
            second.deliver(session, "alone");
            Eventually.holds("nothing of the first is left", () -> instances(first) == 0);
            assertThat(instances(second)).isPositive();
        }
        assertThat(first.workspace().messages()).anyMatch(text -> text.contains("finished"));
    }

    private long instances(HostedServer server) throws Exception {
        ServiceReference<?>[] all =
                context.getAllServiceReferences(
                        null, "(qpsmtpd.config_dir=" + server.workspace().config() + ")");
        return all == null ? 0 : all.length;
    }

    @Test
    public void aWrongKeyIsOneLineAndNoServer() throws Exception {
        HostedServer third = new HostedServer(context, "third", first.workspace());
        third.configure(Map.of("chidren", "3"));
        String place = "configuration org.qpsmtpd.server~third: ";
        assertThat(hostLog.await(place))
                .containsExactly(
                        place
                                + "there is no key 'chidren', did you mean 'children'?; this server"
                                + " does not start");
        assertThat(third.control()).isEmpty();
        first.greeted().close();
        third.configure(Map.of("children", "2"));
        assertThat(third.serving().status().mostChildren()).isEqualTo(2);
        third.remove();
        Eventually.holds("no third server", () -> third.control().isEmpty());
        assertThat(hostLog.await(place + "there is no key")).hasSize(1);
    }

    @Test
    public void anAddressInUseIsOneLineAndTriedAgain() throws Exception {
        HostedServer third = new HostedServer(context, "third", first.workspace());
        String begin = "configuration org.qpsmtpd.server~third: cannot listen on 127.0.0.1:";
        try (ServerSocket taken = new ServerSocket(0, 1)) {
            third.configure(Map.of("interface", "127.0.0.1:" + taken.getLocalPort()));
            assertThat(hostLog.await(begin))
                    .singleElement()
                    .asString()
                    .endsWith(": Address already in use; tried again for 120 seconds");
            assertThat(third.control()).isEmpty();
        }
        third.serving();
        assertThat(hostLog.await(begin)).hasSize(1);
        third.remove();
        Eventually.holds("no third server", () -> third.control().isEmpty());
    }

    @Test
    public void aJarIsReplacedForBothAtOnce() throws Exception {
        deploy("1.0.0");
        try (SmtpDialogue one = first.greeted();
                SmtpDialogue two = second.greeted()) {
            deploy("1.0.1");
            try (SmtpDialogue next = first.greeted();
                    SmtpDialogue after = second.greeted()) {
                assertThat(first.deliver(next, "new one")).contains("X-Marker: 1.0.1\n");
                assertThat(second.deliver(after, "new two")).contains("X-Marker: 1.0.1\n");
            }
            assertThat(first.deliver(one, "old one")).contains("X-Marker: 1.0.0\n");
            one.command("QUIT");
            one.expectClosed();
            assertThat(second.deliver(two, "old two")).contains("X-Marker: 1.0.0\n");
            assertThat(markers()).as("bundles while a session has the old one").isEqualTo(2);
        }
        Eventually.holds("the old bundle has left", () -> markers() == 1);
    }

    @Test
    public void whatOneCannotUseNeitherHas() throws Exception {
        deploy("1.0.0");
        second.workspace()
                .configure(
                        "plugins",
                        "rcpt_ok",
                        "queue/maildir " + second.workspace().maildir(),
                        "marker on_error perhaps");
        Eventually.holds(
                "the second server refuses its line",
                () -> !second.serving().status().refused().isEmpty());
        try (SmtpDialogue session = first.greeted()) {
            assertThat(first.deliver(session, "not touched")).contains("X-Marker: 1.0.0\n");
        }
        PluginJar.marker("1.0.1", "1.0.1", workspace.journal()).writeTo(workspace.deploy());
        Eventually.holds(
                "the note beside the jar",
                () -> Files.exists(workspace.deploy().resolve("org.example.marker.jar.rejected")));
        first.awaitPlugin("marker", "1.0.0", true);
        try (SmtpDialogue session = first.greeted()) {
            assertThat(first.deliver(session, "still")).contains("X-Marker: 1.0.0\n");
        }
        second.workspace()
                .configure("plugins", "rcpt_ok", "queue/maildir " + second.workspace().maildir());
        first.awaitPlugin("marker", "1.0.1", true);
        second.awaitPlugin("marker", "1.0.1", true);
    }

    @Test
    public void aServiceMayBeForOneServer() throws Exception {
        HelpHook hook = (connection, argument) -> HookResult.DECLINED;
        Map<String, Object> properties = new HashMap<>();
        properties.put("plugin.name", "for_all");
        ServiceRegistration<HelpHook> forAll =
                context.registerService(
                        HelpHook.class,
                        hook,
                        FrameworkUtil.asDictionary(new HashMap<>(properties)));
        properties.put("plugin.name", "for_second");
        properties.put("qpsmtpd.server", "second");
        ServiceRegistration<HelpHook> forSecond =
                context.registerService(
                        HelpHook.class,
                        hook,
                        FrameworkUtil.asDictionary(new HashMap<>(properties)));
        try {
            awaitPlugins(second, "for_all", "for_second");
            awaitPlugins(first, "for_all");
        } finally {
            forAll.unregister();
            forSecond.unregister();
        }
    }

    private static void awaitPlugins(HostedServer server, String... wanted) {
        Eventually.get(
                "services of " + server.name(),
                () ->
                        server.serving().plugins().stream()
                                .map(row -> row.name())
                                .filter(name -> name.startsWith("for_"))
                                .toList(),
                names -> names.equals(List.of(wanted)));
    }
}
