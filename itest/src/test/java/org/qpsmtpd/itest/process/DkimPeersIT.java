package org.qpsmtpd.itest.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.qpsmtpd.api.service.DnsType;
import org.qpsmtpd.mailauth.Dns;
import org.qpsmtpd.mailauth.DnsResult;
import org.qpsmtpd.mailauth.dkim.DkimForm;
import org.qpsmtpd.mailauth.dkim.DkimLimits;
import org.qpsmtpd.mailauth.dkim.DkimResult;
import org.qpsmtpd.mailauth.dkim.DkimSigning;
import org.qpsmtpd.mailauth.dkim.DkimVerification;
import org.qpsmtpd.mailauth.dkim.DkimVerifier;
import org.qpsmtpd.mailauth.signature.Algorithm;
import org.qpsmtpd.mailauth.signature.Canonicalization;
import org.qpsmtpd.mailauth.signature.MessageText;
import org.qpsmtpd.mailauth.signature.SigningKey;
import org.qpsmtpd.testkit.FakeNameServer;

/** What we sign, Debian's verifiers of DKIM accept, in each form; and what they sign, we. */
final class DkimPeersIT {
    private static final String MESSAGE =
            """
            From: Joe <joe@example.org>\r
            To: sue@example.net,\r
            \tjim@example.net\r
            Subject: dinner?\r
            Date: Mon, 30 Nov 2026 12:00:00 +0000\r
            \r
            \040Hi.\t\040\r
            \r
            We  lost.\r
            \r
            \r
            """;

    private final Path folder;
    private final SigningKey rsa = key("rsa", Algorithm.RSA, "RSA", 2048);
    private final SigningKey ed25519 = key("ed25519", Algorithm.ED25519, "Ed25519", 255);

    private static SigningKey key(String selector, Algorithm algorithm, String type, int size) {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance(type);
            generator.initialize(size);
            PrivateKey key = generator.generateKeyPair().getPrivate();
            return new SigningKey("example.org", selector, algorithm, key);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private final Path message;
    private final DkimPeers peers;

    DkimPeersIT(@TempDir Path folder) throws IOException {
        this.folder = folder;
        message = Files.writeString(folder.resolve("message"), MESSAGE);
        Path keys = folder.resolve("keys");
        Files.write(keys, List.of(line(rsa), line(ed25519)));
        peers = new DkimPeers(folder, keys);
    }

    private static String line(SigningKey key) {
        return key.selector() + "._domainkey.example.org " + key.record();
    }

    private Path rsaFile() throws IOException {
        return Files.writeString(folder.resolve("rsa.pem"), pem(rsa));
    }

    private static String pem(SigningKey key) {
        String lines = Base64.getMimeEncoder().encodeToString(key.key().getEncoded());
        return "-----BEGIN PRIVATE KEY-----\n" + lines + "\n-----END PRIVATE KEY-----\n";
    }

    private Path ed25519File() throws IOException {
        byte[] octets = ed25519.key().getEncoded();
        byte[] seed = Arrays.copyOfRange(octets, octets.length - 32, octets.length);
        return Files.writeString(
                folder.resolve("ed25519.key"), Base64.getEncoder().encodeToString(seed));
    }

    /** The message, signed in each form. */
    private List<Path> signed(SigningKey... keys) throws IOException {
        byte[] octets = MESSAGE.getBytes(StandardCharsets.ISO_8859_1);
        MessageText text = new MessageText(octets);
        List<Path> files = new ArrayList<>();
        for (Canonicalization header : Canonicalization.values()) {
            for (Canonicalization body : Canonicalization.values()) {
                DkimSigning signing = new DkimSigning(DkimForm.USUAL.in(header, body));
                signing.body(octets, text.bodyStart(), octets.length - text.bodyStart());
                StringBuilder fields = new StringBuilder();
                signing.sign(text.fields(), List.of(keys), InstantSource.system().instant())
                        .forEach(v -> fields.append("DKIM-Signature: " + v + "\r\n"));
                files.add(
                        Files.writeString(
                                folder.resolve("ours-" + header.word() + "-" + body.word()),
                                fields + MESSAGE));
            }
        }
        return files;
    }

    private void weAccept(List<Path> files) throws IOException {
        assertThat(files).hasSize(4);
        weAcceptEach(files);
    }

    private void weAcceptEach(List<Path> files) throws IOException {
        DkimVerifier verifier =
                new DkimVerifier(new Keys(), DkimLimits.USUAL, InstantSource.system());
        for (Path file : files) {
            byte[] octets = Files.readAllBytes(file);
            MessageText text = new MessageText(octets);
            DkimVerification check = verifier.begin(text.fields());
            check.body(octets, text.bodyStart(), octets.length - text.bodyStart());
            assertThat(check.results()).as(file.toString()).hasSize(1).allMatch(DkimResult::isPass);
        }
    }

    @Test
    void pythonAcceptsBoth() throws IOException {
        assertThat(peers.pythonVerifies(signed(rsa, ed25519)))
                .hasSize(4)
                .allMatch(line -> line.endsWith(" pass pass"));
    }

    @Test
    void perlAcceptsRsa() throws IOException {
        assertThat(peers.perlVerifies(signed(rsa)))
                .hasSize(4)
                .allMatch(line -> line.endsWith(" pass"));
    }

    @Test
    void mailauthAcceptsBoth() throws IOException {
        assertThat(peers.mailauthVerifies(signed(rsa, ed25519)))
                .hasSize(4)
                .allMatch(line -> line.endsWith(" pass pass"));
    }

    @Test
    void weAcceptMailauths() throws IOException {
        weAccept(peers.mailauthSigns(message, rsaFile(), "rsa"));
        Path file = Files.writeString(folder.resolve("ed25519.pem"), pem(ed25519));
        weAccept(peers.mailauthSigns(message, file, "ed25519"));
    }

    /** It signs in one form only. */
    @Test
    void rspamdAcceptsBothAndWeAcceptRspamds(@TempDir Path place) throws Exception {
        try (FakeNameServer names =
                        FakeNameServer.start()
                                .with(DnsType.TXT, "rsa._domainkey.example.org", rsa.record())
                                .with(
                                        DnsType.TXT,
                                        "ed25519._domainkey.example.org",
                                        ed25519.record());
                RspamdServer rspamd =
                        new RspamdServer(
                                place, new RspamdServer.Setup(pem(rsa), "rsa", names.port()))) {
            for (Path file : signed(rsa, ed25519)) {
                assertThat(rspamd.check(Files.readAllBytes(file)))
                        .contains("R_DKIM_ALLOW", "example.org:s=rsa", "example.org:s=ed25519");
            }
            Matcher field =
                    Pattern.compile("\"dkim-signature\":\"((?:[^\"\\\\]|\\\\.)*)\"")
                            .matcher(rspamd.check(Files.readAllBytes(message)));
            assertThat(field.find()).isTrue();
            String value = field.group(1).translateEscapes();
            weAcceptEach(
                    List.of(
                            Files.writeString(
                                    folder.resolve("rspamd"),
                                    "DKIM-Signature: "
                                            + value.replaceAll("\r?\n", "\r\n")
                                            + "\r\n"
                                            + MESSAGE)));
        }
    }

    @Test
    void opendkimAcceptsRsa() throws IOException {
        assertThat(peers.opendkimVerifies(signed(rsa))).hasSize(4).containsOnly("succeeded");
    }

    @Test
    void weAcceptPythons() throws IOException {
        weAccept(peers.pythonSigns(message, rsaFile(), "rsa"));
        weAccept(peers.pythonSigns(message, ed25519File(), "ed25519"));
    }

    @Test
    void weAcceptPerls() throws IOException {
        weAccept(peers.perlSigns(message, rsaFile()));
    }

    @Test
    void weAcceptOpendkims() throws IOException {
        weAccept(peers.opendkimSigns(message, rsaFile()));
    }

    private final class Keys implements Dns {
        @Override
        public CompletionStage<DnsResult<String>> texts(String name) {
            SigningKey key = name.startsWith("rsa.") ? rsa : ed25519;
            return CompletableFuture.completedFuture(DnsResult.of(List.of(key.record())));
        }

        @Override
        public CompletionStage<DnsResult<InetAddress>> ipv4(String name) {
            throw new AssertionError("a key is a text");
        }

        @Override
        public CompletionStage<DnsResult<InetAddress>> ipv6(String name) {
            throw new AssertionError("a key is a text");
        }

        @Override
        public CompletionStage<DnsResult<String>> exchangers(String name) {
            throw new AssertionError("a key is a text");
        }

        @Override
        public CompletionStage<DnsResult<String>> pointers(InetAddress address) {
            throw new AssertionError("a key is a text");
        }
    }
}
