package org.qpsmtpd.itest.container;

import static org.assertj.core.api.Assertions.assertThat;
import static org.ops4j.pax.exam.CoreOptions.options;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
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
    private static final Path SITES = Path.of("../../shared/configs").toAbsolutePath().normalize();
    private static final Path DEBIAN = Path.of("/etc/qpsmtpd/plugins");

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
                "badmailfrom",
                "rcpt_ok",
                "queue/maildir " + server.workspace().maildir());

        assertThat(found())
                .containsExactly(
                        "badmailfrom:2: '^(unclosed' is not a regular expression: missing closing"
                                + " )",
                        "databytes:1: '10MB' is not a whole number of octets, as 1048576, 1024K or"
                                + " 1M, 0 or more",
                        "me:1: 'mail server' is not a host name such as mail.example.com",
                        "plugins:1: plugin 'erlytalker' is not installed; did you mean"
                                + " 'earlytalker'?",
                        "plugins:2: plugin 'earlytalker': option 'wait': '3600' is not allowed"
                                + " (greater than maximum)",
                        "plugins:3: plugin 'count_unrecognized_commands': option 'limit': 'many' is"
                                + " not a whole number",
                        "plugins:4: plugin 'helo': option 'policy' has no value and is left"
                                + " out",
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

    /**
     * All that Debian's file names is there, but for a queue that it leaves to the administrator.
     */
    @Test
    public void findsOnlyThatASampleNamesNoQueue() throws IOException {
        Assume.assumeTrue("Debian: apt-get install qpsmtpd", Files.isReadable(DEBIAN));
        Files.copy(DEBIAN, directory.resolve("plugins"));

        assertThat(found()).singleElement().asString().contains("names a queue plugin");
    }

    /** The samples of the distribution stand in for nothing that a directory does not have. */
    @Test
    public void leavesTheSamplesAlone() throws IOException {
        write("me", "mail.example.com");

        assertThat(found()).singleElement().asString().startsWith("plugins: it names no plugin");
        assertThat(control.takenFromElsewhere(directory)).isEmpty();
    }

    /** What only the constructor of a plugin can tell is found, and nobody is left behind. */
    @Test
    public void findsWhatTheStartWouldRefuse() throws IOException {
        write(
                "plugins",
                "rcpt_ok",
                "queue/maildir",
                "queue/smtp-forward",
                "queue/smtp-forward:1 localhost:25",
                "queue/maildir:1 \"~/Maildir\"",
                "helo policy lenient reject maybe",
                "headers require From:",
                "logging/file loglevel LOGINFO");

        assertThat(found())
                .containsExactly(
                        "plugins:2: plugin 'queue/maildir': path is missing: name the maildir's"
                                + " directory",
                        "plugins:3: plugin 'queue/smtp-forward': host is missing:"
                                + " queue/smtp-forward needs HOST [PORT] [xclient]",
                        "plugins:4: plugin 'queue/smtp-forward' is never asked at queue, since"
                                + " queue/smtp-forward decides before it; give it a line above"
                                + " queue/smtp-forward, or mark it @Plugin(before ="
                                + " \"queue/smtp-forward\") and give it none",
                        "plugins:4: plugin 'queue/smtp-forward': host 'localhost:25' has a colon;"
                                + " the port is the second word: localhost 25",
                        "plugins:5: plugin 'queue/maildir': option 'path': '~/Maildir' is written"
                                + " for a shell; write the path as it is, without ~, $ and"
                                + " quotation marks",
                        "plugins:6: plugin 'helo': reject 'maybe' is not one of 0, 1, naughty",
                        "plugins:7: plugin 'headers': require 'From:' is not the name of a field,"
                                + " such as From",
                        "plugins:8: plugin 'logging/file': the path of the file, or |COMMAND, is"
                                + " missing at the end of the line");
    }

    /** Each line that a plugin would leave out, with its place. */
    @Test
    public void findsWhatListsWouldLeaveOut() throws IOException {
        write(
                "plugins",
                "relay",
                "helo",
                "hosts_allow",
                "badmailfrom",
                "badmailfromto",
                "badrcptto",
                "rcpt_ok",
                "queue/discard");
        write(
                "rcpthosts",
                "\uFEFFexample.com",
                ".example.net # sub",
                "*.example.org",
                "@example.org");
        write("relayclients", "192.168.1", "192.168.1.*", "host.example.com", "192.168.2.");
        write("badhelo", "(?!good)", "aol.com");
        write("hosts_allow", "198.51.100.3 550 no", "198.51.100.4", "198.51.100.5 DENY no");
        write("badmailfromto", "onlyone@x.example", "@a.example b@b.example");
        write("badmailfrom_patterns", ".*@bad\\.example\\.org  bad sender", "(");
        write("badrcptto_patterns", "^spam.*@  no spam please", "nobody");

        assertThat(found())
                .extracting(sentence -> sentence.replaceFirst(": .*", ""))
                .containsExactly(
                        "badhelo:1",
                        "badmailfrom_patterns:2",
                        "badmailfromto:1",
                        "badrcptto_patterns:2",
                        "hosts_allow:1",
                        "hosts_allow:2",
                        "rcpthosts:2",
                        "rcpthosts:3",
                        "rcpthosts:4",
                        "relayclients:1",
                        "relayclients:2",
                        "relayclients:3");
    }

    /** What qpsmtpd does with former names and with words that mean nothing to it. */
    @Test
    public void goesOnWhereQpsmtpdDoes() throws IOException {
        write("rcpthosts", "example.com");
        write(
                "plugins",
                "check_relay",
                "relay_only",
                "check_badmailfrom",
                "check_badmailfrom_patterns",
                "check_badrcptto_patterns",
                "check_basicheaders 3",
                "headers days 5 reject_type temp require From,Date",
                "badmailfrom reject \"naughty\"",
                "earlytalker action denyhard",
                "earlytalker:1 check-at connect,data",
                "naughty reject RCPT",
                "async/earlytalker",
                "loop 50 # max hops",
                "count_unrecognized_commands 4 5",
                "rcpt_ok # last",
                "queue/discard");

        assertThat(found())
                .extracting(sentence -> sentence.replaceFirst("out;? .*", "out"))
                .containsExactly(
                        "plugins:13: plugin 'loop': what follows # is left out",
                        "plugins:14: plugin 'count_unrecognized_commands': '5' is no option of it"
                                + " and is left out",
                        "plugins:15: plugin 'rcpt_ok': what follows # is left out");
    }

    /**
     * What stands in the way of real sites is named, each line once, and no word is a riddle. The
     * sentences are those of the files in {@code src/test/resources/configs}, which the system
     * property {@code configs.write} has written anew.
     */
    @Test
    public void saysOfSitesWhatStandsInTheWay() throws IOException {
        Assume.assumeTrue("../shared/configs is not there", Files.isDirectory(SITES));
        List<String> sites = SiteReport.sites(SITES);
        for (String site : sites) {
            SiteReport report =
                    SiteReport.of(SITES, site, control.checkConfig(SITES.resolve(site)));
            if (Boolean.getBoolean("configs.write")) {
                report.write();
            }

            assertThat(report.text()).as(site).isEqualTo(report.expected());
            if (!site.startsWith("faults/")) { // which has two on a line
                assertThat(report.places()).as(site).doesNotHaveDuplicates();
            }
            assertThat(report.sentences())
                    .as(site)
                    .noneMatch(sentence -> sentence.startsWith("/"))
                    .noneMatch(sentence -> sentence.contains("osgi.ds"))
                    .noneMatch(sentence -> sentence.contains("exception"));
        }
        assertThat(SiteReport.expectedSites()).isEqualTo(sites);
    }
}
