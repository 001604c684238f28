package org.qpsmtpd.itest.container;

import static org.assertj.core.api.Assertions.assertThat;
import static org.ops4j.pax.exam.CoreOptions.options;

import java.io.IOException;
import java.lang.ref.WeakReference;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
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
import org.osgi.framework.wiring.BundleWiring;
import org.qpsmtpd.itest.SmtpDialogue;
import org.qpsmtpd.itest.process.Eventually;

/** What is left of a plugin that was replaced: nothing. */
@RunWith(PaxExam.class)
@ExamReactorStrategy(PerClass.class)
public final class ReplacedPluginIT {
    private static final String BUNDLE = "org.example.marker";
    private static final int REPLACEMENTS = Integer.getInteger("itest.loaders", 60);

    @Inject private BundleContext context;

    /** A small configuration; the plugin marker is not in it. */
    @Configuration
    public Option[] configuration() throws IOException {
        Workspace created = Workspace.create("replaced");
        created.configure("plugins", "rcpt_ok", "queue/maildir " + created.maildir());
        created.configure("logging", "collector");
        Path collector = PluginJar.collector(created.log()).writeTo(created.folder("jars"));
        return options(Distribution.in(created, collector));
    }

    private List<Bundle> markers() {
        return Arrays.stream(context.getBundles())
                .filter(bundle -> BUNDLE.equals(bundle.getSymbolicName()))
                .toList();
    }

    /** The one marker, once it has the version and is resolved and its predecessor has left. */
    private Bundle only(String version) {
        return Eventually.get(
                        "the marker " + version + " alone",
                        this::markers,
                        found ->
                                found.size() == 1
                                        && found.get(0).getVersion().toString().equals(version)
                                        && found.get(0).adapt(BundleWiring.class) != null)
                .get(0);
    }

    private static WeakReference<ClassLoader> loader(Bundle bundle) {
        return new WeakReference<>(bundle.adapt(BundleWiring.class).getClassLoader());
    }

    @Test
    public void everyClassLoaderOfAReplacedBundleIsCollected() throws Exception {
        ServerInContainer server = new ServerInContainer(context);
        Workspace workspace = server.workspace();
        server.greeted().close();
        List<WeakReference<ClassLoader>> replaced = new ArrayList<>();
        for (int i = 1; i <= REPLACEMENTS; i++) {
            String version = "1.0." + i;
            PluginJar.marker(version, version, workspace.journal()).writeTo(workspace.deploy());
            replaced.add(loader(only(version)));
            String text = "X-Marker: " + version + "\n";
            Eventually.get(
                    "a message with it", () -> deliver(server), stored -> stored.contains(text));
        }
        WeakReference<ClassLoader> current = replaced.remove(replaced.size() - 1);
        Eventually.get(
                "no class loader of a replaced bundle", () -> left(replaced), left -> left == 0);
        assertThat(current.get()).as("the one in use").isNotNull();
        System.out.printf("replaced plugins: %d class loaders, all collected%n", replaced.size());
    }

    private int delivered;

    private String deliver(ServerInContainer server) throws Exception {
        delivered++;
        try (SmtpDialogue session = server.greeted()) {
            return server.deliver(session, "message " + delivered);
        }
    }

    private static long left(List<WeakReference<ClassLoader>> loaders) {
        System.gc();
        return loaders.stream().filter(loader -> loader.get() != null).count();
    }
}
