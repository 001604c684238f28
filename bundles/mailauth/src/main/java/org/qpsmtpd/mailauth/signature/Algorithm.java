package org.qpsmtpd.mailauth.signature;

/** How is signed; each hashes with SHA-256 (RFC 8301, RFC 8463). */
public enum Algorithm {
    /** RSASSA-PKCS1-v1_5. */
    RSA("rsa", "rsa-sha256"),
    /** PureEdDSA of the hash of what is signed. */
    ED25519("ed25519", "ed25519-sha256");

    private final String keyType;
    private final String word;

    Algorithm(String keyType, String word) {
        this.keyType = keyType;
        this.word = word;
    }

    /** The word for the type of its keys, {@code k=} of a record. */
    public String keyType() {
        return keyType;
    }

    /** The word that stands for it in a signature, {@code a=}. */
    public String word() {
        return word;
    }
}
