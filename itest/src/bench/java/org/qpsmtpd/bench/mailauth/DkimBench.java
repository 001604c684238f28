package org.qpsmtpd.bench.mailauth;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.MessageDigest;
import java.security.Signature;
import java.time.InstantSource;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.qpsmtpd.mailauth.Dns;
import org.qpsmtpd.mailauth.DnsResult;
import org.qpsmtpd.mailauth.dkim.DkimForm;
import org.qpsmtpd.mailauth.dkim.DkimLimits;
import org.qpsmtpd.mailauth.dkim.DkimSigning;
import org.qpsmtpd.mailauth.dkim.DkimVerification;
import org.qpsmtpd.mailauth.dkim.DkimVerifier;
import org.qpsmtpd.mailauth.signature.Algorithm;
import org.qpsmtpd.mailauth.signature.Canonicalization;
import org.qpsmtpd.mailauth.signature.MessageText;
import org.qpsmtpd.mailauth.signature.SigningKey;

/** Measures DKIM on one thread, beside what the cryptography takes alone. */
public final class DkimBench {
    private static final int ROUNDS = 15;
    private static final String LINE = "some words of a text, as people write them to others\r\n";
    private static final String ENCODED = "0123456789abcdefghijklmnopqrstuvwxyz".repeat(2) + "\r\n";
    private static final String HEADER =
            "Received: from a.example by b.example with ESMTP; Mon, 30 Nov 2026 12:00:00 +0000\r\n"
                    + "From: Joe <joe@example.org>\r\nTo: sue@example.net\r\nSubject: dinner\r\n"
                    + "Date: Mon, 30 Nov 2026 12:00:00 +0000\r\nMessage-ID: <1@example.org>\r\n"
                    + "MIME-Version: 1.0\r\nContent-Type: text/plain\r\n\r\n";

    private DkimBench() {}

    /** Takes nothing. */
    public static void main(String[] arguments) throws Exception {
        System.out.printf("%nDKIM, the answers of the DNS known, one thread%n%n");
        KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
        generator.initialize(2048);
        KeyPair pair = generator.generateKeyPair();
        small(pair);
        large("text", LINE, Canonicalization.RELAXED);
        large("text", LINE, Canonicalization.SIMPLE);
        large("base64", ENCODED, Canonicalization.RELAXED);
        large("base64", ENCODED, Canonicalization.SIMPLE);
    }

    private static void small(KeyPair pair) throws Exception {
        String body = LINE.repeat((4096 - HEADER.length()) / LINE.length());
        SigningKey key =
                new SigningKey("example.org", "s", Algorithm.RSA, pair.getPrivate());
        byte[] plain = octets(HEADER + body);
        MessageText text = new MessageText(plain);
        DkimSigning signing = new DkimSigning(DkimForm.USUAL);
        signing.body(plain, text.bodyStart(), plain.length - text.bodyStart());
        String field =
                signing.sign(text.fields(), List.of(key), InstantSource.system().instant()).get(0);
        byte[] signed = octets("DKIM-Signature: " + field + "\r\n" + HEADER + body);
        MessageText message = new MessageText(signed);
        DkimVerifier verifier =
                new DkimVerifier(
                        new Known(key.record()), DkimLimits.USUAL, InstantSource.system());
        Callable<Boolean> verify =
                () -> {
                    DkimVerification check = verifier.begin(message.fields());
                    check.body(signed, message.bodyStart(), signed.length - message.bodyStart());
                    return check.results().get(0).isPass();
                };
        Signature signature = Signature.getInstance("SHA256withRSA");
        signature.initSign(pair.getPrivate());
        signature.update(plain, 0, text.bodyStart());
        byte[] bare = signature.sign();
        Callable<Boolean> alone =
                () -> {
                    Signature check = Signature.getInstance("SHA256withRSA");
                    check.initVerify(pair.getPublic());
                    check.update(plain, 0, text.bodyStart());
                    return check.verify(bare);
                };
        compare("verify 4 KiB, RSA 2048", 5_000, verify, alone, 1.3);
    }

    private static void large(String what, String line, Canonicalization form) throws Exception {
        byte[] body = octets(line.repeat(10_000_000 / line.length()));
        Callable<Boolean> whole =
                () -> {
                    DkimSigning signing = new DkimSigning(DkimForm.USUAL.in(form, form));
                    for (int at = 0; at < body.length; at += 65_536) {
                        signing.body(body, at, Math.min(65_536, body.length - at));
                    }
                    return true;
                };
        Callable<Boolean> alone =
                () -> {
                    MessageDigest digest = MessageDigest.getInstance("SHA-256");
                    digest.update(body);
                    return digest.digest().length == 32;
                };
        compare("hash 10 MB of " + what + ", " + form.word(), 5, whole, alone, 1.5);
    }

    private static byte[] octets(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    /** Runs both by turns, since the speed of a processor changes, and takes the best of each. */
    private static void compare(
            String what,
            int times,
            Callable<Boolean> work,
            Callable<Boolean> alone,
            double target)
            throws Exception {
        double best = Double.MAX_VALUE;
        double bestAlone = Double.MAX_VALUE;
        for (int round = 0; round < ROUNDS; round++) {
            best = Math.min(best, measure(times, work));
            bestAlone = Math.min(bestAlone, measure(times, alone));
        }
        show(what, best, bestAlone, target);
    }

    private static double measure(int times, Callable<Boolean> work) throws Exception {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long begin = threads.getCurrentThreadCpuTime();
        for (int i = 0; i < times; i++) {
            if (!work.call()) {
                throw new IllegalStateException("it does not do what is measured");
            }
        }
        return (threads.getCurrentThreadCpuTime() - begin) / 1000.0 / times;
    }

    private static void show(String what, double time, double alone, double target) {
        System.out.printf(
                Locale.ROOT,
                "%-34s %9.1f us, the cryptography alone %9.1f us: %.2f (target: %.1f)%n",
                what,
                time,
                alone,
                time / alone,
                target);
    }

    /** One key, for whatever name. */
    private record Known(CompletionStage<DnsResult<String>> key) implements Dns {
        Known(String record) {
            this(CompletableFuture.completedFuture(DnsResult.of(List.of(record))));
        }

        @Override
        public CompletionStage<DnsResult<String>> texts(String name) {
            return key;
        }

        @Override
        public CompletionStage<DnsResult<InetAddress>> ipv4(String name) {
            throw new IllegalStateException("a key is a text");
        }

        @Override
        public CompletionStage<DnsResult<InetAddress>> ipv6(String name) {
            throw new IllegalStateException("a key is a text");
        }

        @Override
        public CompletionStage<DnsResult<String>> exchangers(String name) {
            throw new IllegalStateException("a key is a text");
        }

        @Override
        public CompletionStage<DnsResult<String>> pointers(InetAddress address) {
            throw new IllegalStateException("a key is a text");
        }
    }
}
