package org.qpsmtpd.itest.container;

import static java.util.stream.Collectors.counting;
import static java.util.stream.Collectors.groupingBy;
import static org.assertj.core.api.Assertions.assertThat;
import static org.ops4j.pax.exam.CoreOptions.options;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import javax.inject.Inject;
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
import org.osgi.framework.ServiceReference;
import org.osgi.framework.namespace.PackageNamespace;
import org.osgi.framework.wiring.BundleRevision;
import org.qpsmtpd.itest.SmtpDialogue;

/** All bundles of the distribution together, with the lines of its own configuration. */
@RunWith(PaxExam.class)
@ExamReactorStrategy(PerClass.class)
public final class DistributionIT {
    @Inject private BundleContext context;

    private ServerInContainer server;

    /** The configuration that the distribution brings along, a log and two markers added. */
    @Configuration
    public Option[] configuration() throws IOException {
        Workspace workspace = Workspace.create("distribution");
        Path jars = workspace.folder("jars");
        List<String> lines = new ArrayList<>();
        for (String line : Files.readAllLines(Distribution.config().resolve("plugins"))) {
            boolean queue = line.startsWith("queue/maildir");
            lines.add(queue ? "queue/maildir " + workspace.maildir() : line);
        }
        lines.add(0, "marker:0 text zero");
        lines.add(0, "marker:1 text one");
        workspace.configure("plugins", lines.toArray(String[]::new));
        workspace.configure("logging", "collector");
        return options(
                Distribution.in(
                        workspace,
                        PluginJar.collector(workspace.log()).writeTo(jars),
                        PluginJar.marker("1.0.0", "none", workspace.journal()).writeTo(jars)));
    }

    /** Finds the server that was started for this class. */
    @Before
    public void findServer() {
        server = new ServerInContainer(context);
    }

    @Test
    public void everyBundleResolvesAndStarts() {
        List<String> idle = new ArrayList<>();
        for (Bundle bundle : context.getBundles()) {
            int types = bundle.adapt(BundleRevision.class).getTypes();
            boolean fragment = (types & BundleRevision.TYPE_FRAGMENT) != 0;
            if (bundle.getState() != (fragment ? Bundle.RESOLVED : Bundle.ACTIVE)) {
                idle.add(bundle.getSymbolicName() + " in state " + bundle.getState());
            }
        }
        assertThat(context.getBundles()).hasSizeGreaterThan(Distribution.bundles().size());
        assertThat(idle).isEmpty();
    }

    @Test
    public void noPackageOfOursComesFromTwoBundles() {
        Map<String, List<String>> exporters = new HashMap<>();
        for (Bundle bundle : context.getBundles()) {
            if (!String.valueOf(bundle.getSymbolicName()).startsWith("org.qpsmtpd.")) {
                continue;
            }
            bundle.adapt(BundleRevision.class)
                    .getDeclaredCapabilities(PackageNamespace.PACKAGE_NAMESPACE)
                    .forEach(
                            exported ->
                                    exporters
                                            .computeIfAbsent(
                                                    String.valueOf(
                                                            exported.getAttributes()
                                                                    .get(
                                                                            PackageNamespace
                                                                                    .PACKAGE_NAMESPACE)),
                                                    name -> new ArrayList<>())
                                            .add(bundle.getSymbolicName()));
        }
        assertThat(exporters).containsKey("org.qpsmtpd.api.hook");
        assertThat(exporters.values()).allSatisfy(names -> assertThat(names).hasSize(1));
    }

    @Test
    public void eachLineHasOneInstance() throws Exception {
        server.greeted().close();
        ServiceReference<?>[] instances =
                context.getAllServiceReferences(null, "(qpsmtpd.instance=*)");
        Map<String, Long> running =
                Arrays.stream(instances)
                        .collect(
                                groupingBy(
                                        reference ->
                                                String.valueOf(
                                                        reference.getProperty("plugin.name")),
                                        counting()));
        Map<String, Long> configured = new HashMap<>();
        for (String file : List.of("plugins", "logging")) {
            Files.readAllLines(server.workspace().config().resolve(file)).stream()
                    .filter(line -> !line.isBlank() && !line.startsWith("#"))
                    .map(line -> line.split(" ", 2)[0].split(":", 2)[0])
                    .forEach(name -> configured.merge(name, 1L, Long::sum));
        }
        assertThat(running).isEqualTo(configured).containsEntry("marker", 2L);
    }

    @Test
    public void instancesOfOnePluginWorkInTheOrderOfTheirLines() throws Exception {
        try (SmtpDialogue session = server.greeted()) {
            assertThat(server.deliver(session, "two instances"))
                    .contains("X-Marker: one\nX-Marker: zero\n");
        }
    }

    @Test
    public void whatAPluginSaysThroughSlf4jReachesTheLoggingHook() throws Exception {
        try (SmtpDialogue session = server.greeted()) {
            server.deliver(session, "logged");
        }
        server.awaitLog("WARN (data_post) marker:0: marker zero met a message");
    }

    @Test
    public void theDistributionsOwnConfigurationRelaysNothing() {
        try (SmtpDialogue session = server.greeted()) {
            session.command("MAIL FROM:<sender@example.org>");
            assertThat(session.command("RCPT TO:<someone@elsewhere.test>").code()).isEqualTo(550);
        }
    }
}
