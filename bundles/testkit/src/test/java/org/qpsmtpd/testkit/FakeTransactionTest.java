package org.qpsmtpd.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.qpsmtpd.api.mail.Address;
import org.qpsmtpd.api.mail.BodyType;
import org.qpsmtpd.api.mail.HeaderField;

class FakeTransactionTest {
    private static final String MESSAGE =
            "Received: from a\n\tby b\nX: y\nSubject: one\nsubject: two\n\nHello\n";

    @Test
    void hasNoSenderAtFirst() {
        FakeTransaction transaction = FakeTransaction.create();

        assertThat(transaction.hasSender()).isFalse();
        assertThat(transaction.sender()).isEqualTo(Address.NULL);
    }

    @Test
    void tellsTheNullSenderFromNone() {
        FakeTransaction transaction = FakeTransaction.create().withSender("");

        assertThat(transaction.hasSender()).isTrue();
        assertThat(transaction.sender().isNull()).isTrue();
    }

    @Test
    void readsParametersInAnyCase() {
        FakeTransaction transaction =
                FakeTransaction.create()
                        .withParameter("Body", "8bitmime")
                        .withParameter("SMTPUTF8", "");

        assertThat(transaction.mailParameters().get("BODY")).contains("8bitmime");
        assertThat(transaction.bodyType()).isEqualTo(BodyType.EIGHT_BIT_MIME);
        assertThat(transaction.smtpUtf8()).isTrue();
    }

    @Test
    void addsAndRemovesRecipients() {
        FakeTransaction transaction = FakeTransaction.create().withRecipient("a@example.com");
        FakeRecipient second = transaction.addRecipient(Address.of("b@example.com"));

        transaction.removeRecipient(transaction.recipients().get(0));

        assertThat(transaction.recipients()).containsExactly(second);
        assertThat(second.config()).isSameAs(transaction.connection().config());
    }

    @Test
    void givesAddressesTheirOwnConfig() {
        FakeConfig own = new FakeConfig();
        FakeConnection connection =
                FakeConnection.create()
                        .withConfigFor("A@example.com", own)
                        .withConfigFor("s@example.org", own);
        FakeTransaction transaction =
                FakeTransaction.on(connection)
                        .withSender("S@example.org")
                        .withRecipient("a@example.com")
                        .withRecipient("b@example.com");

        assertThat(transaction.senderConfig()).isSameAs(own);
        assertThat(transaction.recipients().get(0).config()).isSameAs(own);
        assertThat(transaction.recipients().get(1).config()).isSameAs(connection.config());
    }

    @Test
    void readsFields() {
        FakeTransaction transaction = FakeTransaction.create().withMessage(MESSAGE);

        assertThat(transaction.headers().fields())
                .containsExactly(
                        new HeaderField("Received", "from a\r\n\tby b"),
                        new HeaderField("X", "y"),
                        new HeaderField("Subject", "one"),
                        new HeaderField("subject", "two"));
        assertThat(transaction.headers().count("SUBJECT")).isEqualTo(2);
    }

    @Test
    void queuesAnUnchangedMessageAsItCame() throws IOException {
        byte[] octets = {'X', ':', (byte) 0xE9, '\r', '\n', '\r', '\n', 0, '\n'};
        FakeTransaction transaction = FakeTransaction.create().withMessage(octets);
        ByteArrayOutputStream out = new ByteArrayOutputStream();

        transaction.writeMessageTo(out);

        assertThat(out.toByteArray()).isEqualTo(octets);
        assertThat(transaction.messageSize()).isEqualTo(octets.length);
    }

    @Test
    void queuesAChangedHeader() {
        FakeTransaction transaction = FakeTransaction.create().withMessage(MESSAGE);

        transaction.headers().prepend("X-Top", "é");
        transaction.headers().append("X-Last", "a\n b");
        int removed = transaction.headers().remove("SUBJECT");

        assertThat(removed).isEqualTo(2);
        assertThat(transaction.message())
                .isEqualTo("X-Top: é\nReceived: from a\n\tby b\nX: y\nX-Last: a\n b\n\nHello\n");
        assertThat(transaction.headers().first("x-top")).hasValue(new HeaderField("X-Top", "é"));
    }

    @Test
    void takesLinesThatAreNoFieldForBodyAsTheServerDoes() throws IOException {
        FakeTransaction transaction =
                FakeTransaction.create().withMessage("A: b\nno field\nC: d\n");

        assertThat(transaction.headers().fields()).containsExactly(new HeaderField("A", "b"));
        assertThat(transaction.message()).isEqualTo("A: b\n\nno field\nC: d\n");
        assertThat(transaction.withMessage(" by us\nA: b\n").message())
                .isEqualTo("\n by us\nA: b\n");
        assertThat(transaction.withMessage("A: b").message()).isEqualTo("A: b\n\n");
        assertThat(transaction.body().bodyStart()).isEqualTo(6);
    }

    @Test
    void changesAFieldAsTheServerDoes() throws IOException {
        String message = "A: b\r\nSubject: \u00e9\r\nC: d\r\n\r\n";
        FakeTransaction transaction =
                FakeTransaction.create().withMessage(message.getBytes(StandardCharsets.ISO_8859_1));
        String value = transaction.headers().first("Subject").orElseThrow().value();

        transaction.headers().replace("Subject", "[x] " + value);

        ByteArrayOutputStream out = new ByteArrayOutputStream();
        transaction.writeMessageTo(out);
        assertThat(out.toString(StandardCharsets.ISO_8859_1))
                .isEqualTo("A: b\r\nSubject: [x] \u00e9\r\nC: d\r\n\r\n");
    }

    @Test
    void cleansValuesOfAddedFields() {
        FakeTransaction transaction = FakeTransaction.create().withMessage("\nHello\n");

        transaction.headers().append("X", "a\r\nBcc: b\u0000\r\n");

        assertThat(transaction.message()).isEqualTo("X: aBcc: b\n\nHello\n");
    }

    @Test
    void refusesNamesThatAreNone() {
        FakeTransaction transaction = FakeTransaction.create();

        assertThatThrownBy(() -> transaction.headers().append("X Y", "a"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("'X Y'");
    }

    @Test
    void keepsTheReceivedMessage(@TempDir Path directory) throws IOException {
        FakeTransaction transaction =
                FakeTransaction.create().withMessage(MESSAGE).withSpoolDirectory(directory);
        transaction.headers().remove("Subject");
        String received = MESSAGE.replace("\n", "\r\n");

        assertThat(transaction.body().inMemory()).isTrue();
        assertThat(transaction.body().open()).hasContent(received);
        assertThat(transaction.body().openBody()).hasBinaryContent(bytes("\r\nHello\r\n"));
        assertThat(transaction.body().file()).hasParent(directory).hasContent(received);
        assertThat(transaction.body().inMemory()).isFalse();
    }

    @Test
    void makesTemporaryFiles(@TempDir Path directory) throws IOException {
        FakeTransaction transaction = FakeTransaction.create().withSpoolDirectory(directory);

        List<Path> made = List.of(transaction.temporaryFile(), transaction.temporaryDirectory());

        assertThat(made.get(0)).isEmptyFile();
        assertThat(made.get(1)).isEmptyDirectory();
        try (var inside = Files.list(directory)) {
            assertThat(inside).containsExactlyInAnyOrderElementsOf(made);
        }
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
