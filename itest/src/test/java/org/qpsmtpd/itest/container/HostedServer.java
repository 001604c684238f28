package org.qpsmtpd.itest.container;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.osgi.framework.BundleContext;
import org.osgi.framework.FrameworkUtil;
import org.osgi.framework.InvalidSyntaxException;
import org.osgi.framework.ServiceReference;
import org.osgi.service.cm.Configuration;
import org.osgi.service.cm.ConfigurationAdmin;
import org.qpsmtpd.api.control.ServerControl;
import org.qpsmtpd.itest.SmtpDialogue;
import org.qpsmtpd.itest.process.Eventually;

/**
 * A server that a configuration makes in the container that a test runs in.
 *
 * @param name of the server
 * @param workspace its own: configuration, mail and log
 */
record HostedServer(BundleContext context, String name, Workspace workspace) {
    private static final String FIRST = "qpsmtpd";

    /** Its configuration: that of the first server, or a factory configuration. */
    private Configuration configuration() throws IOException {
        ConfigurationAdmin admin =
                context.getService(context.getServiceReference(ConfigurationAdmin.class));
        return name.equals(FIRST)
                ? admin.getConfiguration("org.qpsmtpd", "?")
                : admin.getFactoryConfiguration("org.qpsmtpd.server", name, "?");
    }

    /** Configures it: a free port of 127.0.0.1, its own folders, and what the test adds. */
    void configure(Map<String, ?> more) throws IOException {
        Map<String, Object> properties = new HashMap<>();
        properties.put("interface", "127.0.0.1:0");
        properties.put("config", workspace.config().toString());
        properties.put("spool", workspace.folder("spool").toString());
        properties.putAll(more);
        configuration().update(FrameworkUtil.asDictionary(properties));
    }

    /** Deletes its configuration. */
    void remove() throws IOException {
        configuration().delete();
    }

    /** How its administrator sees it; absent while it does not serve. */
    Optional<ServerControl> control() {
        String filter = "(" + ServerControl.NAME + "=" + name + ")";
        try {
            List<ServiceReference<ServerControl>> found =
                    List.copyOf(context.getServiceReferences(ServerControl.class, filter));
            assertThat(found).hasSizeLessThan(2);
            return found.stream().findFirst().map(context::getService);
        } catch (InvalidSyntaxException e) {
            throw new AssertionError(e);
        }
    }

    /** The same, once it serves. */
    ServerControl serving() {
        return Eventually.get("the server " + name, this::control, Optional::isPresent)
                .orElseThrow();
    }

    int port() {
        String address = serving().status().addresses().get(0);
        return Integer.parseInt(address.substring(address.lastIndexOf(':') + 1));
    }

    /** Connects and says EHLO. */
    SmtpDialogue greeted() {
        SmtpDialogue session = SmtpDialogue.to(port());
        session.hello();
        return session;
    }

    /** Sends a message with this subject, which must be accepted, and returns what was stored. */
    String deliver(SmtpDialogue session, String subject) throws IOException {
        session.envelope("sender@example.org", "someone@" + name + ".example.com");
        assertThat(session.data(ServerInContainer.message(subject)).code()).isEqualTo(250);
        return workspace.messages().stream()
                .filter(message -> message.contains("\nSubject: " + subject + "\n"))
                .findFirst()
                .orElseThrow(() -> new AssertionError("not delivered: " + subject));
    }

    /** Waits until its generation has a plugin, or has it no more. */
    void awaitPlugin(String plugin, String version, boolean wanted) {
        Eventually.holds(
                name + (wanted ? " has " : " has no ") + plugin + " " + version,
                () ->
                        wanted
                                == serving().plugins().stream()
                                        .anyMatch(
                                                row ->
                                                        row.name().equals(plugin)
                                                                && row.version().equals(version)));
    }
}
