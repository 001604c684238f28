package org.qpsmtpd.itest.container;

import static org.assertj.core.api.Assertions.assertThat;
import static org.ops4j.pax.exam.CoreOptions.options;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import javax.inject.Inject;
import org.junit.Assume;
import org.junit.Before;
import org.junit.Test;
import org.junit.runner.RunWith;
import org.ops4j.pax.exam.Configuration;
import org.ops4j.pax.exam.Option;
import org.ops4j.pax.exam.junit.PaxExam;
import org.ops4j.pax.exam.spi.reactors.ExamReactorStrategy;
import org.ops4j.pax.exam.spi.reactors.PerClass;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceReference;
import org.qpsmtpd.api.control.ServerControl;
import org.qpsmtpd.itest.process.Eventually;

/** A configuration directory checked by a server that runs with another. */
@RunWith(PaxExam.class)
@ExamReactorStrategy(PerClass.class)
public final class CheckConfigIT {
    private static final String SHIPPED = "shipped";
    private static final Path DEBIAN = Path.of("/etc/qpsmtpd/plugins");

    /** Plugins of Debian's file whose bundles are there, by the name the file uses. */
    private static final Map<String, String> INSTALLED =
            Map.of(
                    "check_earlytalker", "earlytalker",
                    "check_relay", "relay",
                    "check_spamhelo", "helo",
                    "check_badmailfrom", "badmailfrom",
                    "check_badrcptto", "badrcptto",
                    "check_loop", "loop",
                    "rcpt_ok", "rcpt_ok");

    @Inject private BundleContext context;

    private ServerInContainer server;
    private Path directory;
    private ServerControl control;

    /** A server with few plugins; all of the distribution's are installed. */
    @Configuration
    public Option[] configuration() throws IOException {
        Workspace created = Workspace.create("check-config");
        created.configure("plugins", "rcpt_ok", "queue/maildir " + created.maildir());
        created.configure("logging", "collector");
        copy(Distribution.config(), created.folder(SHIPPED));
        Path collector = PluginJar.collector(created.log()).writeTo(created.folder("jars"));
        return options(Distribution.in(created, collector));
    }

    private static void copy(Path from, Path to) throws IOException {
        try (var files = Files.list(from)) {
            for (Path file : files.toList()) {
                Files.copy(file, to.resolve(file.getFileName()));
            }
        }
    }

    /** Waits until the server serves, and makes an empty directory. */
    @Before
    public void findServer() throws IOException {
        server = new ServerInContainer(context);
        server.greeted().close();
        ServiceReference<ServerControl> found =
                Eventually.get(
                                "the server's control",
                                () ->
                                        List.copyOf(
                                                context.getServiceReferences(
                                                        ServerControl.class, null)),
                                list -> !list.isEmpty())
                        .get(0);
        control = context.getService(found);
        directory = Files.createTempDirectory(server.workspace().folder(), "candidate");
    }

    private void write(String name, String... lines) throws IOException {
        Files.write(directory.resolve(name), List.of(lines));
    }

    /** What is found, with the directory left out. */
    private List<String> found() {
        return control.checkConfig(directory).stream()
                .map(sentence -> sentence.replace(directory + "/", ""))
                .toList();
    }

    /** Each is found at its line, and the server goes on as it was. */
    @Test
    public void findsTenMistakes() throws Exception {
        int logLength = Workspace.text(server.workspace().log()).length();
        write("badmailfrom", "@example.net", "^(unclosed");
        write("databytes", "10MB");
        write("me", "mail server");
        write("rcpthost", "example.com");
        write(
                "plugins",
                "erlytalker",
                "earlytalker wait 3600",
                "count_unrecognized_commands many",
                "helo policy",
                "naughty rejct data",
                "$include more_plugins",
                "rcpt_ok",
                "queue/maildir " + server.workspace().maildir());

        assertThat(found())
                .containsExactly(
                        "badmailfrom:2: '^(unclosed' is not a regular expression: missing closing )",
                        "databytes:1: '10MB' is not a whole number of octets, as 1048576, 1024K or"
                                + " 1M, 0 or more",
                        "me:1: 'mail server' is not a host name such as mail.example.com",
                        "plugins:1: plugin 'erlytalker' is not installed; did you mean"
                                + " 'earlytalker'?",
                        "plugins:2: plugin 'earlytalker': option 'wait': '3600' is not allowed"
                                + " (greater than maximum)",
                        "plugins:3: plugin 'count_unrecognized_commands': option 'limit': 'many' is"
                                + " not a whole number",
                        "plugins:4: plugin 'helo': option 'policy' has no value",
                        "plugins:5: plugin 'naughty': unknown option 'rejct', did you mean"
                                + " 'reject'?",
                        "plugins:6: $include names more_plugins, and there is no such file; put it"
                                + " there, or end the line with the word optional",
                        "rcpthost: nothing reads a file of this name, did you mean 'rcpthosts'?");
        assertThat(Workspace.text(server.workspace().log()).substring(logLength))
                .doesNotContain("generation ")
                .doesNotContain("erlytalker");
        try (var session = server.greeted()) {
            server.deliver(session, "after the check");
        }
    }

    /** The configuration of the distribution has no mistake. */
    @Test
    public void findsNothingInTheShippedConfiguration() {
        assertThat(control.checkConfig(server.workspace().folder(SHIPPED))).isEmpty();
    }

    /** Debian's file names plugins that are not there, each is found, and no queue. */
    @Test
    public void findsThePluginsOfASampleThatDoNotExist() throws IOException {
        Assume.assumeTrue("Debian: apt-get install qpsmtpd", Files.isReadable(DEBIAN));
        Files.copy(DEBIAN, directory.resolve("plugins"));
        List<String> expected = new ArrayList<>();
        int number = 0;
        for (String line : Files.readAllLines(DEBIAN)) {
            number++;
            String name = line.strip().split("\\s+", 2)[0];
            boolean plugin = !name.isEmpty() && !name.startsWith("#") && !name.startsWith("$");
            if (plugin && !INSTALLED.containsKey(name)) {
                expected.add("plugins:" + number + ": plugin '" + name + "' is not installed");
            }
        }

        assertThat(found())
                .anyMatch(sentence -> sentence.contains("names a queue plugin"))
                .filteredOn(sentence -> !sentence.contains("names a queue plugin"))
                .extracting(sentence -> sentence.split(";", 2)[0])
                .containsExactlyElementsOf(expected);
    }

    /** What the directory does not have comes from where the server looks next. */
    @Test
    public void fallsBackAsTheServerDoes() throws IOException {
        write("me", "mail.example.com");
        assertThat(found()).isEmpty();

        write("plugins", "rcpt_ok");
        assertThat(found())
                .singleElement()
                .asString()
                .startsWith("plugins: no line names a queue plugin");
    }
}
