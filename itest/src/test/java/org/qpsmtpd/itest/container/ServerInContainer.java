package org.qpsmtpd.itest.container;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.InvalidSyntaxException;
import org.osgi.framework.ServiceReference;
import org.qpsmtpd.itest.SmtpDialogue;
import org.qpsmtpd.itest.process.Eventually;

/** The server in the container that a test runs in. */
final class ServerInContainer {
    private static final String LISTENING = "(org.qpsmtpd.server=listening)";

    private final BundleContext context;
    private final Workspace workspace;

    ServerInContainer(BundleContext context) {
        this.context = context;
        workspace = new Workspace(Path.of(context.getProperty(Distribution.WORKSPACE)));
    }

    Workspace workspace() {
        return workspace;
    }

    /** The bundle with this symbolic name. */
    Bundle bundle(String symbolicName) {
        return List.of(context.getBundles()).stream()
                .filter(bundle -> symbolicName.equals(bundle.getSymbolicName()))
                .findFirst()
                .orElseThrow(() -> new AssertionError("no bundle " + symbolicName));
    }

    private List<ServiceReference<AutoCloseable>> listening() throws InvalidSyntaxException {
        return List.copyOf(context.getServiceReferences(AutoCloseable.class, LISTENING));
    }

    /** Connects, once the server listens. */
    SmtpDialogue connect() {
        List<ServiceReference<AutoCloseable>> found =
                Eventually.get("a listening server", this::listening, list -> !list.isEmpty());
        String[] addresses = (String[]) found.get(0).getProperty("org.qpsmtpd.listen");
        int colon = addresses[0].lastIndexOf(':');
        return SmtpDialogue.to(Integer.parseInt(addresses[0].substring(colon + 1)));
    }

    /** Connects and says EHLO. */
    SmtpDialogue greeted() {
        SmtpDialogue session = connect();
        session.hello();
        return session;
    }

    /** Sends a message with this subject, which must be accepted, and returns what was stored. */
    String deliver(SmtpDialogue session, String subject) throws Exception {
        session.envelope("sender@example.org", "someone@example.com");
        assertThat(session.data(message(subject)).code()).isEqualTo(250);
        return stored(subject);
    }

    /** The message with this subject. */
    String stored(String subject) throws Exception {
        return workspace.messages().stream()
                .filter(message -> message.contains("\nSubject: " + subject + "\n"))
                .findFirst()
                .orElseThrow(() -> new AssertionError("not delivered: " + subject));
    }

    static byte[] message(String subject) {
        return ("From: sender@example.org\r\nSubject: " + subject + "\r\n\r\nbody\r\n")
                .getBytes(US_ASCII);
    }

    /** Waits for a line in the log. */
    void awaitLog(String line) {
        Eventually.get(
                "in the log: " + line,
                () -> Workspace.text(workspace.log()),
                log -> log.contains(line));
    }

    /** Waits until a new generation has been made after the log had so many characters. */
    void awaitGeneration(int logLength) {
        Eventually.get(
                "another generation",
                () -> Workspace.text(workspace.log()),
                log -> log.indexOf("NOTICE generation ", logLength) >= 0);
    }
}
