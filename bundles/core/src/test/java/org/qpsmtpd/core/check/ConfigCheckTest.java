package org.qpsmtpd.core.check;

import static org.assertj.core.api.Assertions.assertThat;
import static org.qpsmtpd.core.check.DeclaredPlugins.option;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.osgi.service.metatype.AttributeDefinition;
import org.qpsmtpd.api.hook.HookPoint;
import org.qpsmtpd.api.plugin.FileCheck;
import org.qpsmtpd.core.chain.PluginInstance;
import org.qpsmtpd.core.generation.FileServices;
import org.qpsmtpd.core.generation.KnownPlugins;
import org.qpsmtpd.core.generation.Trial;

class ConfigCheckTest {
    private static final Path SHIPPED = Path.of("../../runtime/felix/src/main/config");

    private final Path directory;
    private final Path fallback;
    private Trial rehearsal = Trial.empty();
    private final DeclaredPlugins plugins =
            new DeclaredPlugins()
                    .with("rcpt_ok", Set.of(HookPoint.RCPT))
                    .with("badrcptto", Set.of(HookPoint.RCPT))
                    .with("queue/maildir", Set.of(HookPoint.QUEUE), List.of("dir"), text("dir"))
                    .with("helo", Set.of(HookPoint.HELO), option("policy", 1, "lenient", "strict"))
                    .with(
                            "earlytalker",
                            Set.of(HookPoint.CONNECT),
                            option("wait", AttributeDefinition.INTEGER),
                            option("defer_reject", AttributeDefinition.BOOLEAN),
                            text("action"))
                    .with(
                            "relay",
                            Set.of(HookPoint.RCPT),
                            option("only", AttributeDefinition.BOOLEAN))
                    .reading("rcpthosts", "relayclients", "hosts_allow", "badmailfrom")
                    .refusing("relay", "only")
                    .refusing("badrcptto", "nothing")
                    .formerly("earlytalker", "check_earlytalker")
                    .formerly("relay", "check_relay", "relay_only=only 1");

    ConfigCheckTest(@TempDir Path directory, @TempDir Path fallback) {
        this.directory = directory;
        this.fallback = fallback;
    }

    private static AttributeDefinition text(String name) {
        return option(name, AttributeDefinition.STRING);
    }

    @BeforeEach
    void makeItGood() throws IOException {
        write("plugins", "rcpt_ok", "queue/maildir /var/mail");
    }

    private void write(String name, String... lines) throws IOException {
        Files.write(directory.resolve(name), List.of(lines));
    }

    /** What is found, with the directory left out of each place. */
    private List<String> found() {
        return ConfigCheck.check(directory, List.of(fallback), plugins, rehearsal).stream()
                .map(sentence -> sentence.replace(directory + "/", ""))
                .toList();
    }

    private List<String> foundIn(String name, String... lines) throws IOException {
        write(name, lines);
        return found();
    }

    private List<String> foundWith(String... lines) throws IOException {
        List<String> all = new ArrayList<>(List.of("rcpt_ok", "queue/maildir /var/mail"));
        all.addAll(List.of(lines));
        return foundIn("plugins", all.toArray(new String[0]));
    }

    @Test
    void findsTenMistakesAndNoOther() throws IOException {
        write("badmailfrom", "# unwanted", "spammer@example.net", "nobody");
        rehearsal = checking("badmailfrom", "nobody");
        write("databytes", "ten megabytes");
        write("loglevel", "LOGCHATTY");
        write("me", "mail example com");
        write("rcpthost", "example.com");
        write(
                "plugins",
                "# connect",
                "erlytalker",
                "earlytalker wait soon",
                "helo polcy strict",
                "$include more",
                "",
                "rcpt_ok on_error explode",
                "queue/maildir /var/mail",
                "no_such_plugin optional");

        assertThat(found())
                .containsExactly(
                        "badmailfrom:3: 'nobody' is wrong in badmailfrom",
                        "databytes:1: 'ten megabytes' is not a whole number of octets, as 1048576,"
                                + " 1024K or 1M, 0 or more",
                        "loglevel:1: log level 'LOGCHATTY' is not 0 to 7 or one of LOGEMERG,"
                                + " LOGALERT, LOGCRIT, LOGERROR, LOGWARN, LOGNOTICE, LOGINFO,"
                                + " LOGDEBUG",
                        "me:1: 'mail example com' is not a host name such as mail.example.com",
                        "plugins:2: plugin 'erlytalker' is not installed; did you mean"
                                + " 'earlytalker'?",
                        "plugins:3: plugin 'earlytalker': option 'wait': 'soon' is not a whole"
                                + " number",
                        "plugins:4: plugin 'helo': unknown option 'polcy', did you mean 'policy'?",
                        "plugins:5: $include names more, and there is no such file; put it there,"
                                + " or end the line with the word optional",
                        "plugins:7: plugin 'rcpt_ok': on_error 'explode' is not one of defer, skip",
                        "rcpthost: nothing reads a file of this name, did you mean 'rcpthosts'?");
    }

    /** A plugin that reads a file and does not know a word. */
    private static Trial checking(String file, String wrong) {
        FileCheck check =
                (name, line) -> {
                    if (line.equals(wrong)) {
                        throw new IllegalArgumentException("'" + line + "' is wrong in " + name);
                    }
                };
        PluginInstance plugin = PluginInstance.of("checker", check);
        plugin.reads(List.of(file));
        return Trial.of(List.of(plugin));
    }

    @Test
    void asksBundlesThatAreNoPluginsAboutTheirFiles() throws IOException {
        FileCheck check =
                (name, line) -> {
                    if (!line.startsWith("file")) {
                        throw new IllegalArgumentException("'" + line + "' is no place");
                    }
                };
        rehearsal = Trial.of(List.of(), FileServices.of(Map.of("places", check)));
        plugins.reading("places");

        assertThat(foundIn("places", "file", "# more", "nowhere"))
                .containsExactly("places:3: 'nowhere' is no place");
        write("places", "file");
        assertThat(foundIn("place", "file"))
                .containsExactly(
                        "place: nothing reads a file of this name, did you mean 'places'?");
    }

    /** A plugin's own code must not end the check, nor take it for ever. */
    @Test
    void namesAPluginThatCannotCheckItsFile() throws IOException {
        FileCheck broken =
                (name, line) -> {
                    throw new IllegalStateException("no such table");
                };
        PluginInstance plugin = PluginInstance.of("checker", broken);
        plugin.reads(List.of("rcpthosts"));
        rehearsal = Trial.of(List.of(plugin));

        assertThat(foundIn("rcpthosts", "# ours", "example.com", "example.net"))
                .containsExactly("rcpthosts:2: no such table");
    }

    @Test
    void namesFilesThatNothingReads() throws IOException {
        write("memory_threshold", "1");
        write("plugin_dirs", "/usr/share/qpsmtpd/plugins");
        write("flat_auth_pw", "user:secret");

        assertThat(found())
                .containsExactly(
                        "memory_threshold: nothing reads this file: its number belongs into"
                                + " size_threshold; move it there",
                        "plugin_dirs: nothing reads this file: plugins are bundles here, which"
                                + " belong into the deploy folder; take it away");
        plugins.reading("memory_threshold", "plugin_dirs");
        assertThat(found()).isEmpty();
    }

    @Test
    void saysWhichFilesAreTakenFromElsewhere() throws IOException {
        write("rcpthosts", "# none yet");
        Files.write(fallback.resolve("rcpthosts"), List.of("example.com"));
        Files.write(fallback.resolve("me"), List.of("mail.example.com"));
        write("me", "mx.example.com");

        assertThat(ConfigCheck.takenFromElsewhere(directory, List.of(fallback), plugins))
                .containsExactly("rcpthosts is taken from " + fallback.resolve("rcpthosts"));
    }

    @Test
    void refusesASpoolThatOnlyAShellCouldFind() throws IOException {
        assertThat(foundIn("spool_dir", "$HOME/spool"))
                .containsExactly(
                        "spool_dir:1: '$HOME/spool' is written for a shell; write the path as it"
                                + " is");
    }

    @Test
    void findsNothingInAGoodDirectory() throws IOException {
        write("databytes", "26214400");
        write("size_threshold", "0");
        write("lenient_addresses", "Yes");
        write("smtputf8", "off");
        write("me", "mail.example.com");
        write("me-auth-results", "none");
        write("smtpgreeting", "welcome to our server ESMTP");
        write("spool_dir", directory.resolve("below/spool").toString());
        write("loglevel", "LOGINFO");
        write("relayclients", "192.0.2.", "198.51.100.0/24", "2001:db8::/32");
        write("hosts_allow", "192.0.2.0/24 DENY go away");
        write("badmailfrom", "@example.net no mail from there", "^spam.*@");
        write("plugins~", "old");
        write("plugins.bak", "old");
        write("notes-for-ourselves", "anything");
        write(
                "plugins.d",
                "helo policy strict",
                "helo:2 policy strict",
                "check_earlytalker wait 1");

        assertThat(foundWith("$include plugins.d", "no_such_plugin x 1 optional")).isEmpty();
        assertThat(directory.resolve("below")).doesNotExist();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    hello                  | plugin 'hello' is not installed; did you mean 'helo'?
                    maildir /var           | plugin 'maildir' is not installed; did you mean 'queue/maildir'?
                    check_spamhello        | plugin 'check_spamhello' is not installed; put its bundle into the deploy folder, or end the line with the word optional
                    helo policy            | plugin 'helo': option 'policy' has no value and is left out
                    helo # a remark        | plugin 'helo': what follows # is left out; give the remark a line of its own
                    helo policy STRICT x   | plugin 'helo': 'x' is no option of it and is left out; it takes deadline, loglevel, on_error, policy, reject
                    domainkeys             | plugin 'domainkeys' is a plugin of qpsmtpd that this server leaves out (DKIM has taken the place of DomainKeys, and the plugin dkim verifies and signs); take the line out, or end the line with the word optional
                    Our::Plugin            | plugin 'Our::Plugin' is a Perl package, which this server cannot run; take the line out, or end the line with the word optional
                    helo policy harsh      | plugin 'helo': option 'policy': 'harsh' is not allowed, use one of lenient, strict
                    helo reject 1 reject 0 | plugin 'helo': option 'reject' is given more than once
                    helo loglevel chatty   | plugin 'helo': log level 'chatty' is not 0 to 7 or one of LOGEMERG, LOGALERT, LOGCRIT, LOGERROR, LOGWARN, LOGNOTICE, LOGINFO, LOGDEBUG
                    helo deadline soon            | plugin 'helo': option 'deadline': 'soon' is not a whole number
                    helo deadline 0               | plugin 'helo': option 'deadline': '0' is not a number of seconds from 1 to 3600
                    earlytalker wait x optional   | plugin 'earlytalker': option 'wait': 'x' is not a whole number
                    earlytalker defer-reject what | plugin 'earlytalker': option 'defer_reject': 'what' is not 0 or 1
                    check_earlytalker wait x      | plugin 'earlytalker': option 'wait': 'x' is not a whole number
                    earlytalker action a\u00A0b  | has the character U+00A0 (no-break space), which is hardly meant; write the line anew
                    """)
    void findsWhatIsWrongWithALine(String line, String what) throws IOException {
        assertThat(foundWith(line)).containsExactly("plugins:3: " + what);
    }

    @Test
    void findsControlCharacters() throws IOException {
        assertThat(foundWith("earlytalker\taction\u0007"))
                .containsExactly(
                        "plugins:3: has the control character U+0007, which is hardly meant; write"
                                + " the line anew");
    }

    @Test
    void findsOctetsThatAreNoText() throws IOException {
        Files.write(directory.resolve("me"), new byte[] {'m', (byte) 0xE9, '\n'});

        assertThat(found())
                .containsExactly(
                        "me:1: has octets that are no UTF-8, which is hardly meant; write the line"
                                + " anew");
    }

    @Test
    void findsALineThatStandsTwice() throws IOException {
        assertThat(foundWith("helo policy strict", "helo policy lenient", "helo policy strict"))
                .containsExactly(
                        "plugins:5: plugin 'helo': the same line stands at plugins:3; take one out,"
                                + " or write helo:2 when it is to run twice");
    }

    @Test
    void checksTheLoggers() throws IOException {
        assertThat(foundIn("logging", "logging/worn"))
                .containsExactly(
                        "logging:1: plugin 'logging/worn' is not installed; put its bundle into the"
                                + " deploy folder, or end the line with the word optional");
    }

    @Test
    void missesAQueue() throws IOException {
        assertThat(foundIn("plugins", "rcpt_ok"))
                .containsExactly(
                        "plugins: no line names a queue plugin, so messages are deferred with 451;"
                                + " add one such as queue/maildir");
        assertThat(foundIn("plugins", "rcpt_ok", "queue/no_such optional")).hasSize(1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"helo", "badrcptto", "relay"})
    void missesAPluginThatAcceptsRecipients(String line) throws IOException {
        assertThat(foundIn("plugins", line, "queue/maildir /var/mail"))
                .containsExactly(
                        "plugins: no line names a plugin that accepts recipients, so each is"
                                + " refused; add one such as rcpt_ok");
    }

    @Test
    void takesRelayOnlyForAPluginThatAcceptsRecipients() throws IOException {
        assertThat(foundIn("plugins", "relay only", "queue/maildir /var/mail")).isEmpty();
        assertThat(foundIn("plugins", "relay_only", "queue/maildir /var/mail")).isEmpty();
    }

    @Test
    void countsPluginsThatNoLineNames() throws IOException {
        plugins.withUnasked("our_queue", HookPoint.QUEUE);

        assertThat(foundIn("plugins", "rcpt_ok")).isEmpty();
        assertThat(foundIn("plugins"))
                .containsExactly(
                        "plugins: no line names a plugin that accepts recipients, so each is"
                                + " refused; add one such as rcpt_ok");
    }

    @Test
    void tellsAMisspeltNameOnce() throws IOException {
        assertThat(foundIn("plugins", "rcptok", "queue/mailder /var/mail"))
                .containsExactly(
                        "plugins:1: plugin 'rcptok' is not installed; did you mean 'rcpt_ok'?",
                        "plugins:2: plugin 'queue/mailder' is not installed; did you mean"
                                + " 'queue/maildir'?");
        assertThat(foundIn("plugins", "our_recipients", "queue/ours")).hasSize(2);
    }

    @Test
    void missesThePlugins() throws IOException {
        write("me", "mail.example.com");
        Files.delete(directory.resolve("plugins"));

        assertThat(found())
                .containsExactly(
                        "plugins: it names no plugin, or is not there, so no recipient is accepted;"
                                + " name rcpt_ok and a queue plugin at least");
    }

    @Test
    void readsWhatTheDirectoryDoesNotHaveWhereAServerWould() throws IOException {
        Files.delete(directory.resolve("plugins"));
        Files.write(fallback.resolve("plugins"), List.of("$include queues", "rcpt_ok", "helo xy"));
        write("me", "mail.example.com");
        write("queues", "queue/maildir /var/mail");

        assertThat(found())
                .containsExactly(
                        fallback
                                + "/plugins:3: plugin 'helo': 'xy' is no option of it and is left"
                                + " out; it takes deadline, loglevel, on_error, policy, reject");
    }

    @Test
    void findsAnIncludeThatLeadsBack() throws IOException {
        write("plugins.d", "helo", "$include plugins");

        assertThat(foundWith("$include plugins.d"))
                .containsExactly(
                        "plugins.d:2: $include leads back to plugins, which is being read; it is"
                                + " left out");
    }

    @Test
    void findsIncludesInThePluginsOwnFiles() throws IOException {
        assertThat(foundIn("rcpthosts", "example.com", "$include /no/such/file"))
                .containsExactly(
                        "rcpthosts:2: $include names /no/such/file, and there is no such file; put"
                                + " it there, or end the line with the word optional");
        assertThat(foundIn("rcpthosts", "$include a\0b"))
                .containsExactly(
                        "rcpthosts:1: $include names no file: Nul character not allowed",
                        "rcpthosts:1: has the control character U+0000, which is hardly meant;"
                                + " write the line anew");
    }

    @Test
    void findsALinkThatLeadsNowhere() throws IOException {
        Files.createSymbolicLink(directory.resolve("rcpthosts"), Path.of("nowhere"));

        assertThat(found())
                .containsExactly("rcpthosts: cannot be read: it is a link that leads nowhere");
    }

    @Test
    void findsAFileThatCannotBeRead() throws IOException {
        try (RandomAccessFile large =
                new RandomAccessFile(directory.resolve("plugins").toFile(), "rw")) {
            large.setLength(64 * 1024 * 1024 + 1);
        }

        assertThat(found()).containsExactly("plugins: cannot be read: larger than 67108864 octets");
    }

    @Test
    void findsADirectoryInPlaceOfAValue() throws IOException {
        Files.createDirectory(directory.resolve("databytes"));
        Files.writeString(directory.resolve("databytes/new"), "5\n");

        assertThat(found())
                .containsExactly(
                        "databytes: is a directory; make it a file with the value in its first"
                                + " line");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    databytes         | 10MB             | '10MB' is not a whole number of octets, as 1048576, 1024K or 1M, 0 or more
                    rcptmax           | 1K               | '1K' is not a whole number, 100 to 100000
                    databytes         | -1               | '-1' is not 0 or more
                    size_threshold    | 99999999         | '99999999' is not 0 to 16777216
                    rcptmax           | 5                | '5' is not 100 to 100000
                    timeout           | 0                | '0' is not 1 to 86400
                    timeoutsmtpd      | 20 minutes       | '20 minutes' is not a whole number, 1 to 86400
                    ipv6_prefix       | 16               | '16' is not 32 to 128
                    retire_after      | never            | 'never' is not a whole number, 0 to 86400
                    lenient_addresses | maybe            | 'maybe' is not 0 or 1
                    smtputf8          | never            | 'never' is not 0 or 1
                    mixed_verdict     | mostly           | 'mostly' is not one of accept, strict and sort
                    lmtp_ports        | 0                | '0' is not a port from 1 to 65535
                    lmtp_ports        | lmtp             | 'lmtp' is not a port from 1 to 65535
                    me                | mail..example    | 'mail..example' is not a host name such as mail.example.com
                    me                | http://mail      | 'http://mail' is not a host name such as mail.example.com
                    me-auth-results   | our server       | 'our server' is not a host name, and not none
                    smtpgreeting      | grüezi           | has the character U+00FC; only printable ASCII may stand here
                    xclient_from      | 10.0.0.0/33      | prefix length 33 is not 0 to 32
                    spool_dir         | /proc/version    | '/proc/version' is not a directory that can be written
                    spool_dir         | /proc/version/x  | '/proc/version/x' is not there and cannot be made below '/proc/version'
                    """)
    void findsAValueThatIsWrong(String file, String value, String what) throws IOException {
        assertThat(foundIn(file, value)).containsExactly(file + ":1: " + what);
    }

    @ParameterizedTest
    @CsvSource({
        "rcpthost, rcpthosts",
        "badmailform, badmailfrom",
        "DataBytes, databytes",
        "relay_clients, relayclients",
        "plugin, plugins",
        "ma, me"
    })
    void findsAMisspeltFile(String name, String meant) throws IOException {
        assertThat(foundIn(name, "x"))
                .containsExactly(
                        name
                                + ": nothing reads a file of this name, did you mean '"
                                + meant
                                + "'?");
    }

    @Test
    void findsNoDirectory() {
        Path missing = directory.resolve("missing");

        assertThat(ConfigCheck.check(missing, List.of(), plugins, rehearsal))
                .containsExactly(
                        missing
                                + ": is not there, or is no directory; name a configuration"
                                + " directory");
    }

    @Test
    void tellsADirectoryOfAnotherKind() throws IOException {
        Files.delete(directory.resolve("plugins"));
        Files.write(fallback.resolve("plugins"), List.of("rcpt_ok", "queue/maildir /var/mail"));

        assertThat(foundIn("letter.txt", "Dear Sir"))
                .containsExactly(
                        directory
                                + ": holds no file that a server reads; name a configuration"
                                + " directory");
    }

    @Test
    void findsNothingInTheDirectoryThatIsShipped() throws IOException {
        assertThat(ConfigCheck.check(SHIPPED, List.of(), shipped(), Trial.empty())).isEmpty();
    }

    /** The plugins that the shipped file names; what their options may be is not known here. */
    private static KnownPlugins shipped() throws IOException {
        DeclaredPlugins shipped = new DeclaredPlugins();
        for (String file : List.of("plugins", "logging")) {
            try (Stream<String> lines = Files.lines(SHIPPED.resolve(file))) {
                lines.filter(line -> !line.isBlank() && !line.startsWith("#"))
                        .map(line -> line.split(" ", 2)[0])
                        .forEach(
                                name ->
                                        shipped.with(
                                                name, hooks(name), List.of("words..."), many()));
            }
        }
        return shipped;
    }

    private static Set<HookPoint> hooks(String plugin) {
        return plugin.startsWith("queue/") ? Set.of(HookPoint.QUEUE) : Set.of(HookPoint.RCPT);
    }

    private static AttributeDefinition many() {
        return DeclaredPlugins.list("words");
    }

    @Test
    void findsPluginsThatNobodyReaches() throws IOException {
        plugins.deciding("rcpt_ok", HookPoint.RCPT)
                .withUnasked("late", HookPoint.RCPT)
                .withUnaskedBefore("early", HookPoint.RCPT, "nobody", "rcpt_ok")
                .withUnaskedBefore("lost", HookPoint.RCPT, "nobody")
                .withUnasked("other", HookPoint.DATA)
                .with("both", Set.of(HookPoint.RCPT, HookPoint.DATA));

        assertThat(foundWith("badrcptto"))
                .containsExactly(
                        "plugins: " + neverAsked("late"),
                        "plugins: " + neverAsked("lost"),
                        "plugins:3: " + neverAsked("badrcptto"));
        assertThat(
                        foundIn(
                                "plugins",
                                "badrcptto",
                                "rcpt_ok",
                                "late",
                                "both",
                                "queue/maildir /var/mail"))
                .containsExactly(
                        "plugins: " + neverAsked("lost"), "plugins:3: " + neverAsked("late"));
    }

    private static String neverAsked(String plugin) {
        return "plugin '"
                + plugin
                + "' is never asked at rcpt, since rcpt_ok decides before it; give it a line above"
                + " rcpt_ok, or mark it @Plugin(before = \"rcpt_ok\") and give it none";
    }

    @Test
    void saysWhyAPluginIsNotInstalled() throws IOException {
        plugins.absent("mine", "deploy/mine.jar has it, and is refused: it is torn");

        assertThat(foundWith("mine"))
                .containsExactly(
                        "plugins:3: plugin 'mine' is not installed: deploy/mine.jar has it, and is"
                                + " refused: it is torn, or end the line with the word optional");
    }

    private void writeIn(String folder, String name, String... lines) throws IOException {
        Files.createDirectories(directory.resolve(folder));
        write(folder + "/" + name, lines);
    }

    @Test
    void looksAtTheListsOfClients() throws IOException {
        write(
                "clients",
                "10.0.0.0/8 plugins.local",
                "10.0.0.0/40 plugins.local",
                "auth plugins.users",
                "tls plugins.absent",
                "plugins.local 10.0.0.0/8");
        write("plugins.local", "rcpt_ok", "erlytalker", "queue/maildir /var/mail");
        write("plugins.users", "rcpt_ok", "peers");

        assertThat(found())
                .containsExactly(
                        "clients:2: prefix length 40 is not 0 to 32",
                        "clients:4: the plugin list 'plugins.absent' is not there, or names no"
                                + " plugin; write the file plugins.absent in the configuration"
                                + " directory",
                        "clients:5: 'plugins.local' is no condition: a network such as 10.0.0.0/8,"
                                + " port N, tls, auth",
                        "plugins.local:2: plugin 'erlytalker' is not installed; did you mean"
                                + " 'earlytalker'?",
                        "plugins.users: no line names a queue plugin, so messages are deferred with"
                                + " 451; add one such as queue/maildir",
                        "plugins.users:2: plugin 'peers' stands in config/plugins only, where it"
                                + " has the lists of config/peers used; take the line out, or end"
                                + " the line with the word optional");
    }

    @Test
    void looksAtTheListsOfPeers() throws IOException {
        write("plugins", "earlytalker wait soon", "peers");
        writeIn("peers", "local", "rcpt_ok", "queue/maildir /var/mail");
        writeIn("peers", "10.1", "rcpt_ok");
        writeIn("peers", "README", "nothing");

        assertThat(found())
                .containsExactly(
                        "peers/10.1: no line names a queue plugin, so messages are deferred with"
                                + " 451; add one such as queue/maildir",
                        "peers/README: no client has this list; its name is to be the beginning of"
                                + " an address, such as 10.1, or local or 0",
                        "plugins:1: plugin 'earlytalker': option 'wait': 'soon' is not a whole"
                                + " number",
                        "plugins:2: the plugin list 'peers/0' is not there, or names no plugin;"
                                + " write the file peers/0 in the configuration directory");
    }
}
