package org.qpsmtpd.mailauth.dkim;

import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import org.qpsmtpd.mailauth.Dns;
import org.qpsmtpd.mailauth.signature.MessageText;

/** Verifies whole messages. */
final class Verifying {
    static final InstantSource NOW = InstantSource.fixed(Instant.parse("2026-11-30T12:00:00Z"));

    private Verifying() {}

    static List<DkimResult> verify(byte[] message, Dns dns) {
        return verify(message, dns, DkimLimits.USUAL);
    }

    static List<DkimResult> verify(byte[] message, Dns dns, DkimLimits limits) {
        return verify(message, new DkimVerifier(dns, limits, NOW), message.length);
    }

    /** Gives the body in pieces of a size. */
    static List<DkimResult> verify(byte[] octets, DkimVerifier verifier, int size) {
        MessageText message = new MessageText(octets);
        DkimVerification verification = verifier.begin(message.fields());
        for (int at = message.bodyStart(); at < octets.length; at += size) {
            verification.body(octets, at, Math.min(size, octets.length - at));
        }
        return verification.results();
    }

    static List<String> words(List<DkimResult> results) {
        return results.stream().map(result -> result.verdict().word()).toList();
    }
}
