package org.qpsmtpd.plugin.queue.maildir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.OutputStream;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.qpsmtpd.api.answer.Action;
import org.qpsmtpd.api.answer.HookResult;
import org.qpsmtpd.api.mail.Address;
import org.qpsmtpd.api.service.FolderTrust;
import org.qpsmtpd.api.session.Transaction;
import org.qpsmtpd.maildir.Disk;
import org.qpsmtpd.maildir.LocalDisk;
import org.qpsmtpd.testkit.Configs;
import org.qpsmtpd.testkit.FakeClock;
import org.qpsmtpd.testkit.FakeConnection;
import org.qpsmtpd.testkit.FakeTransaction;

class MaildirPluginTest {
    private static final String MESSAGE =
            "Subject: a test\nMessage-Id: <1@example.org>\n\n.Hello\n\nW\u00f6rld\n";

    private final Path directory;

    MaildirPluginTest(@TempDir Path directory) {
        this.directory = directory;
    }

    @Test
    void storesTheMessageUnderItsTraceFields() throws IOException {
        HookResult result = plugin().onQueue(transaction());
        assertThat(result)
                .isEqualTo(
                        HookResult.ok("Queued! <1@example.org>")
                                .because("pass: stored as " + onlyFile(directory.resolve("new"))));
        assertThat(messages(directory))
                .containsExactly(
                        "Return-Path: <matt@example.org>\nDelivered-To: user@example.com\n"
                                + MESSAGE);
    }

    @Test
    void namesAllRecipientsInOneFile() throws IOException {
        plugin().onQueue(transaction().withRecipient("Other@example.net"));
        assertThat(messages(directory))
                .containsExactly(
                        "Return-Path: <matt@example.org>\n"
                                + "Delivered-To: user@example.com\n"
                                + "Delivered-To: Other@example.net\n"
                                + MESSAGE);
    }

    @Test
    void storesAFileForEachRecipientWithSubdir() throws IOException {
        HookResult result =
                plugin("%d/%l").onQueue(transaction().withRecipient("other@example.net"));
        assertThat(result.action()).isEqualTo(Action.OK);
        assertThat(result.reason()).matches("pass: stored as .*/user/new/.* and 1 more");
        assertThat(messages(directory.resolve("example.com/user")))
                .containsExactly(
                        "Return-Path: <matt@example.org>\nDelivered-To: user@example.com\n"
                                + MESSAGE);
        assertThat(messages(directory.resolve("example.net/other")))
                .containsExactly(
                        "Return-Path: <matt@example.org>\nDelivered-To: other@example.net\n"
                                + MESSAGE);
    }

    @Test
    void storesAFileForEachRecipientOfOneMaildir() throws IOException {
        plugin("%d").onQueue(transaction().withRecipient("other@example.com"));
        assertThat(messages(directory.resolve("example.com"))).hasSize(2);
    }

    @Test
    void keepsAddressesBelowTheDirectory() throws IOException {
        FakeTransaction transaction = FakeTransaction.create().withMessage(MESSAGE);
        transaction.addRecipient(new Address("../../escape", "example.com"));
        assertThat(plugin("%l").onQueue(transaction).action()).isEqualTo(Action.OK);
        assertThat(messages(directory.resolve("..%2F..%2Fescape"))).hasSize(1);
    }

    @Test
    void storesForRootNothingWhereAnotherUserCouldLeadItElsewhere() throws IOException {
        assumeTrue(FolderTrust.isRoot(), "only root gives folders away");
        Path theirs = Files.createDirectory(directory.resolve("example.com"));
        Path roots = Files.createDirectory(directory.resolve("roots"));
        Files.createSymbolicLink(theirs.resolve("new"), roots);
        Files.setAttribute(theirs, "unix:uid", 65534);
        HookResult result = plugin("%d").onQueue(transaction());
        assertThat(result.action()).isEqualTo(Action.DECLINED);
        assertThat(result.reason())
                .startsWith("error: " + theirs + ": root stores no mail here: it belongs to user");
        assertThat(roots).isEmptyDirectory();
        assertThat(theirs.resolve("tmp")).doesNotExist();
    }

    @Test
    void storesBouncesWithTheNullSender() throws IOException {
        plugin().onQueue(transaction().withSender(""));
        assertThat(messages(directory).get(0)).startsWith("Return-Path: <>\nDelivered-To:");
    }

    @Test
    void storesMailForPostmasterWithoutHost() throws IOException {
        FakeConnection connection = FakeConnection.create();
        connection.config().set("me", "mx.example.org");
        FakeTransaction transaction =
                FakeTransaction.on(connection).withRecipient("postmaster").withMessage(MESSAGE);
        plugin("%d/%l").onQueue(transaction);
        assertThat(messages(directory.resolve("mx.example.org/postmaster")).get(0))
                .contains("Delivered-To: postmaster\n");
    }

    @Test
    void writesAddressesInUtf8AndQuotesTheSender() throws IOException {
        plugin().onQueue(transaction().withSender("m\u00fcller meier@example.org"));
        assertThat(messages(directory).get(0))
                .startsWith("Return-Path: <\"m\u00fcller\\ meier\"@example.org>\n");
    }

    @Test
    void keepsEveryOctetOfTheBody() throws IOException {
        byte[] octets = new byte[512];
        for (int i = 0; i < octets.length; i++) {
            octets[i] = (byte) i;
        }
        byte[] message = new byte[4 + octets.length];
        message[0] = '\r';
        message[1] = '\n';
        System.arraycopy(octets, 0, message, 2, octets.length);
        message[octets.length + 2] = '\r';
        message[octets.length + 3] = '\n';
        plugin().onQueue(transaction().withMessage(message));
        String stored = text(onlyFile(directory.resolve("new")));
        String expected = new String(octets, StandardCharsets.ISO_8859_1);
        assertThat(stored).endsWith("com\n\n" + expected + "\n");
    }

    @Test
    void writesALargeMessageInPieces() throws IOException {
        String body = ("0123456789".repeat(7) + "\n").repeat(5_000);
        WatchedDisk disk = new WatchedDisk();
        plugin(disk, "").onQueue(transaction().withMessage("Subject: large\n\n" + body));
        assertThat(messages(directory).get(0)).endsWith("Subject: large\n\n" + body);
        assertThat(disk.operations())
                .contains("write 65536")
                .filteredOn(operation -> operation.startsWith("write"))
                .hasSize(6);
    }

    @ParameterizedTest
    @CsvSource({
        "'Message-Id: <a@b>\n', Queued! <a@b>",
        "'MESSAGE-ID:\t<a@b> (comment)\n', Queued! <a@b>",
        "'Message-Id:\n <a@b>\n c\n', Queued! <a@b>",
        "'Message-Id: <a\u0007b>\n', Queued! <a",
        "'Message-Id:\n', Queued!",
        "'Subject: none\n', Queued!",
    })
    void answersWithTheMessageId(String field, String text) {
        assertThat(plugin().onQueue(transaction().withMessage(field + "\n")).text())
                .isEqualTo(text);
    }

    @Test
    void makesTheMaildirForItsOwnerOnly() throws IOException {
        Path maildir = directory.resolve("a/b");
        plugin(Map.of("path", maildir.toString())).onQueue(transaction());
        assertThat(List.of(modeOf(directory.resolve("a")), modeOf(maildir)))
                .containsOnly("rwx------");
        for (String part : List.of("cur", "new", "tmp")) {
            assertThat(modeOf(maildir.resolve(part))).isEqualTo("rwx------");
        }
        assertThat(modeOf(onlyFile(maildir.resolve("new")))).isEqualTo("rw-------");
    }

    @Test
    void givesTheModeAskedFor() throws IOException {
        Path maildir = directory.resolve("shared");
        plugin(Map.of("path", maildir.toString(), "mode", "775")).onQueue(transaction());
        assertThat(modeOf(maildir.resolve("new"))).isEqualTo("rwxrwxr-x");
        assertThat(modeOf(onlyFile(maildir.resolve("new")))).isEqualTo("rw-rw-r--");
    }

    @Test
    void syncsTheFileThenRenamesItThenSyncsTheDirectory() throws IOException {
        WatchedDisk disk = new WatchedDisk();
        MaildirPlugin plugin = plugin(disk, "");
        plugin.onQueue(transaction());
        long size = Files.size(onlyFile(directory.resolve("new")));
        disk.failAt(0);
        plugin.onQueue(transaction());
        assertThat(disk.operations())
                .containsExactly(
                        "create tmp",
                        "write " + size,
                        "sync file",
                        "close",
                        "move tmp to new",
                        "sync new");
    }

    @Test
    void syncsEachDirectoryOnceForAllRecipients() {
        WatchedDisk disk = new WatchedDisk();
        MaildirPlugin plugin = plugin(disk, "%d");
        FakeTransaction transaction =
                transaction().withRecipient("b@example.com").withRecipient("c@example.com");
        plugin.onQueue(transaction);
        disk.failAt(0);
        plugin.onQueue(transaction);
        assertThat(disk.operations()).endsWith("move tmp to new", "sync new");
        assertThat(disk.operations()).filteredOn("sync new"::equals).hasSize(1);
        assertThat(disk.operations()).filteredOn("sync file"::equals).hasSize(3);
    }

    @Test
    void makesNewMaildirsDurableBeforeItUsesThem() {
        WatchedDisk disk = new WatchedDisk();
        plugin(disk, "%d/%l").onQueue(transaction());
        assertThat(disk.operations())
                .startsWith(
                        "make example.com",
                        "sync " + directory.getFileName(),
                        "make user",
                        "sync example.com",
                        "make cur",
                        "make tmp",
                        "make new",
                        "sync user",
                        "create tmp");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "%d/%l"})
    void leavesNothingBehindWhateverFails(String subdir) throws IOException {
        int operations = countOperations(subdir);
        assertThat(operations).isGreaterThan(8);
        for (int failing = 1; failing <= operations; failing++) {
            Path fresh = Files.createDirectory(directory.resolve("fault" + failing));
            WatchedDisk disk = new WatchedDisk();
            MaildirPlugin plugin = plugin(disk, fresh, subdir);
            disk.failAt(failing);

            HookResult result = plugin.onQueue(transaction().withRecipient("b@example.net"));

            assertThat(result)
                    .as("operation %d of %s", failing, disk.operations())
                    .isEqualTo(HookResult.DECLINED.because("error: No space left on device"));
            assertThat(filesBelow(fresh)).as("after operation %d", failing).isEmpty();

            disk.failAt(0);
            assertThat(plugin.onQueue(transaction()).action()).isEqualTo(Action.OK);
        }
    }

    @Test
    void defersWhenTheMessageCannotBeRead() throws IOException {
        HookResult result = plugin().onQueue(unreadable(transaction()));
        assertThat(result)
                .isEqualTo(HookResult.DECLINED.because("error: the spool file is damaged"));
        assertThat(filesBelow(directory)).isEmpty();
    }

    @Test
    void defersWhenTheMaildirCannotBeMade() throws IOException {
        Path file = Files.createFile(directory.resolve("file"));
        HookResult result =
                plugin(Map.of("path", file.resolve("maildir").toString())).onQueue(transaction());
        assertThat(result.action()).isEqualTo(Action.DECLINED);
        assertThat(result.reason()).startsWith("error: " + file);
    }

    @Test
    void defersWhenNewIsNoDirectory() throws IOException {
        Files.createFile(directory.resolve("new"));
        HookResult result = plugin().onQueue(transaction());
        assertThat(result)
                .isEqualTo(
                        HookResult.DECLINED.because(
                                "error: " + directory.resolve("new") + ": is there already"));
    }

    @Test
    void putsNothingInThePlaceOfADirectoryThatDisappeared() throws IOException {
        Path maildir = Files.createDirectory(directory.resolve("mounted"));
        MaildirPlugin plugin = plugin(Map.of("path", maildir.toString()));
        plugin.onQueue(transaction());
        deleteTree(maildir);

        HookResult result = plugin.onQueue(transaction());
        assertThat(result.action()).isEqualTo(Action.DECLINED);
        assertThat(result.reason()).isEqualTo("error: " + maildir + ": has disappeared");
        assertThat(maildir).doesNotExist();

        Files.createDirectory(maildir);
        assertThat(plugin.onQueue(transaction()).action()).isEqualTo(Action.OK);
    }

    @Test
    void makesAPersonsMaildirAgain() throws IOException {
        MaildirPlugin plugin = plugin("%l");
        plugin.onQueue(transaction());
        deleteTree(directory.resolve("user"));
        assertThat(plugin.onQueue(transaction()).action()).isEqualTo(Action.OK);
        assertThat(messages(directory.resolve("user"))).hasSize(1);
    }

    @Test
    void defersAMessageWithoutRecipients() throws IOException {
        FakeTransaction transaction = FakeTransaction.create().withMessage(MESSAGE);
        assertThat(plugin("%l").onQueue(transaction))
                .isEqualTo(HookResult.DECLINED.because("error: no recipients"));
        assertThat(filesBelow(directory)).isEmpty();
    }

    @Test
    void doesNotWriteThroughASymbolicLink() throws IOException {
        Path elsewhere = Files.createDirectory(directory.resolve("elsewhere"));
        Path link = directory.resolve("link");
        Files.createSymbolicLink(link, elsewhere.resolve("file"));
        Disk disk = new LocalDisk(PosixFilePermissions.fromString("rwx------"));
        assertThatIOException().isThrownBy(() -> disk.create(link));
        assertThat(elsewhere).isEmptyDirectory();
    }

    @Test
    void deletesWhatAKilledServerLeft() throws IOException {
        Path temporary = Files.createDirectory(directory.resolve("tmp"));
        Path old = Files.createFile(temporary.resolve("old"));
        Path recent = Files.createFile(temporary.resolve("recent"));
        age(old, Duration.ofHours(37));
        age(recent, Duration.ofHours(35));
        plugin().onQueue(transaction());
        assertThat(old).doesNotExist();
        assertThat(recent).exists();
    }

    @Test
    void storesMessagesThatArriveTogether() throws Exception {
        MaildirPlugin plugin = plugin();
        ExecutorService workers = Executors.newFixedThreadPool(8);
        List<Future<HookResult>> results = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
            String message = "Subject: " + i + "\n\n";
            results.add(workers.submit(() -> plugin.onQueue(transaction().withMessage(message))));
        }
        workers.shutdown();
        for (Future<HookResult> result : results) {
            assertThat(result.get().action()).isEqualTo(Action.OK);
        }
        assertThat(Stream.of(messages(directory).toArray()).collect(Collectors.toSet()))
                .hasSize(200);
        assertThat(directory.resolve("tmp")).isEmptyDirectory();
    }

    @Test
    void doesNotOfferBinaryMail() {
        assertThat(plugin().takesBinary()).isFalse();
    }

    @Test
    void hasTheDocumentedDefaults() {
        MaildirConfig config = Configs.config(MaildirConfig.class);
        assertThat(config.path()).isEmpty();
        assertThat(config.subdir()).isEmpty();
        assertThat(config.mode()).isEqualTo("700");
    }

    @ParameterizedTest
    @CsvSource({
        "'', '', 700, path is missing",
        "/mail/%d, '', 700, a pattern is the second word",
        "/mail, same, 700, none of %l",
        "/mail, '', 0700, three octal digits",
        "/mail, '', 780, three octal digits",
        "/mail, '', 077, begin with 7",
    })
    void refusesWrongSettings(String path, String subdir, String mode, String complaint) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> plugin(Map.of("path", path, "subdir", subdir, "mode", mode)))
                .withMessageContaining(complaint);
    }

    private MaildirPlugin plugin() {
        return plugin("");
    }

    private MaildirPlugin plugin(String subdir) {
        return plugin(Map.of("path", directory.toString(), "subdir", subdir));
    }

    private static MaildirPlugin plugin(Map<String, String> settings) {
        return new MaildirPlugin(Configs.config(MaildirConfig.class, settings));
    }

    private MaildirPlugin plugin(Disk disk, String subdir) {
        return plugin(disk, directory, subdir);
    }

    private static MaildirPlugin plugin(Disk disk, Path path, String subdir) {
        return new MaildirPlugin(
                Configs.config(
                        MaildirConfig.class, Map.of("path", path.toString(), "subdir", subdir)),
                disk);
    }

    private static FakeTransaction transaction() {
        return FakeTransaction.create()
                .withSender("matt@example.org")
                .withRecipient("user@example.com")
                .withMessage(MESSAGE);
    }

    /** The same transaction, whose message breaks off. */
    private static Transaction unreadable(FakeTransaction transaction) {
        return (Transaction)
                Proxy.newProxyInstance(
                        Transaction.class.getClassLoader(),
                        new Class<?>[] {Transaction.class},
                        (proxy, method, arguments) -> {
                            if (method.getName().equals("writeMessageTo")) {
                                ((OutputStream) arguments[0]).write(new byte[100_000]);
                                throw new IOException("the spool file is damaged");
                            }
                            try {
                                return method.invoke(transaction, arguments);
                            } catch (InvocationTargetException e) {
                                throw e.getCause();
                            }
                        });
    }

    private int countOperations(String subdir) throws IOException {
        Path fresh = Files.createDirectory(directory.resolve("fault0"));
        WatchedDisk disk = new WatchedDisk();
        plugin(disk, fresh, subdir).onQueue(transaction().withRecipient("b@example.net"));
        return disk.operations().size();
    }

    private static void age(Path file, Duration age) throws IOException {
        Files.setLastModifiedTime(file, FileTime.from(FakeClock.START.minus(age)));
    }

    private static List<String> messages(Path maildir) throws IOException {
        try (Stream<Path> files = Files.list(maildir.resolve("new"))) {
            List<String> messages = new ArrayList<>();
            for (Path file : files.toList()) {
                messages.add(Files.readString(file));
            }
            return messages;
        }
    }

    private static Path onlyFile(Path place) throws IOException {
        try (Stream<Path> files = Files.list(place)) {
            List<Path> found = files.toList();
            assertThat(found).hasSize(1);
            return found.get(0);
        }
    }

    private static List<Path> filesBelow(Path place) throws IOException {
        try (Stream<Path> tree = Files.walk(place)) {
            return tree.filter(Files::isRegularFile).toList();
        }
    }

    private static void deleteTree(Path place) throws IOException {
        try (Stream<Path> tree = Files.walk(place)) {
            for (Path path : tree.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        }
    }

    private static String modeOf(Path path) throws IOException {
        return PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
    }

    private static String text(Path file) throws IOException {
        return new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1);
    }
}
