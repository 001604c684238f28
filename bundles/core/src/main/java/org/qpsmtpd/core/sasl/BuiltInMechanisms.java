package org.qpsmtpd.core.sasl;

import java.security.SecureRandom;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import org.qpsmtpd.api.auth.SaslMechanism;
import org.qpsmtpd.api.auth.ScramHash;

/** The mechanisms that the server has, the strongest first. */
public final class BuiltInMechanisms {
    private static final int NONCE_OCTETS = 18;

    private final SecureRandom random = new SecureRandom();
    private final List<SaslMechanism> all = new ArrayList<>();

    /** With nonces of its own. */
    public BuiltInMechanisms() {
        all.add(new ExternalMechanism());
        List<ScramHash> hashes = List.of(ScramHash.SHA_512, ScramHash.SHA_256, ScramHash.SHA_1);
        for (boolean bound : new boolean[] {true, false}) {
            hashes.forEach(hash -> all.add(new ScramMechanism(hash, bound, this::nonce)));
        }
        all.add(new BearerMechanism("OAUTHBEARER", BearerText::oauthBearer));
        all.add(new BearerMechanism("XOAUTH2", BearerText::xoauth2));
        all.add(new PlainMechanism());
        all.add(new LoginMechanism());
        all.add(new CramMd5Mechanism(this::stamp));
    }

    private String nonce() {
        byte[] octets = new byte[NONCE_OCTETS];
        random.nextBytes(octets);
        return Base64.getEncoder().encodeToString(octets);
    }

    private String stamp() {
        HexFormat hex = HexFormat.of();
        long now = Instant.now().getEpochSecond();
        return hex.toHexDigits(random.nextLong()) + "." + Long.toHexString(now);
    }

    /** All of them. */
    public List<SaslMechanism> all() {
        return List.copyOf(all);
    }
}
