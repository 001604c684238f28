package org.qpsmtpd.mailauth.spf;

import java.util.concurrent.CompletionStage;

/**
 * {@code ip4} and {@code ip6}: clients of a network (RFC 7208, 5.6).
 *
 * @param network octets of an address
 * @param prefix how many of its bits count
 */
@SuppressWarnings("ArrayRecordComponent") // is never compared, and stays here
record NetworkMechanism(byte[] network, int prefix) implements Mechanism {
    @Override
    public CompletionStage<Match> match(Questions questions, String domain) {
        return Addresses.isWithin(questions.client(), network, prefix) ? Match.YES : Match.NO;
    }
}
