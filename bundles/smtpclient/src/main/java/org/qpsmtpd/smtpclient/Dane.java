package org.qpsmtpd.smtpclient;

import java.security.GeneralSecurityException;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocketFactory;
import javax.net.ssl.TrustManager;
import org.jspecify.annotations.Nullable;
import org.qpsmtpd.api.service.DnsAnswer;
import org.qpsmtpd.api.service.DnsType;
import org.qpsmtpd.api.service.Resolver;
import org.qpsmtpd.api.service.TlsaRecord;

/** Learns from the DNS which certificate a next hop has (RFC 7672). Waits for it. */
final class Dane {
    private Dane() {}

    /**
     * How much of TLS there is to be: verified where signed records say so, else when offered.
     *
     * @param due in the terms of {@link System#nanoTime}
     * @throws NextHopException when it cannot be told, since who hinders that could be between
     */
    static TlsPlan plan(NextHop hop, Resolver resolver, long due) throws NextHopException {
        if (!isSigned(answer(resolver.addresses(hop.host()), "addresses", due))) {
            return opportunistic(hop);
        }
        String name = "_" + hop.port() + "._tcp." + hop.host();
        DnsAnswer<TlsaRecord> records =
                answer(resolver.ask(name, DnsType.TLSA), "TLSA records", due);
        return isSigned(records)
                ? new TlsPlan(true, true, true, sockets(records.records()))
                : opportunistic(hop);
    }

    private static boolean isSigned(DnsAnswer<?> answer) {
        return answer.isFound() && answer.isAuthenticated();
    }

    private static TlsPlan opportunistic(NextHop hop) {
        return new TlsPlan(true, false, false, hop.sockets());
    }

    private static <T> DnsAnswer<T> answer(
            CompletionStage<DnsAnswer<T>> stage, String what, long due) throws NextHopException {
        try {
            long left = Math.max(0, due - System.nanoTime());
            DnsAnswer<T> answer = stage.toCompletableFuture().get(left, TimeUnit.NANOSECONDS);
            if (!answer.isFailed()) {
                return answer;
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (ExecutionException | TimeoutException e) {
            throw unknown(what, e);
        }
        throw unknown(what, null);
    }

    private static NextHopException unknown(String what, @Nullable Throwable cause) {
        return new NextHopException(
                "the " + what + " of the next hop cannot be looked up", "4.7.5", cause);
    }

    private static SSLSocketFactory sockets(List<TlsaRecord> records) {
        try {
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(null, new TrustManager[] {new TlsaTrust(records)}, null);
            return context.getSocketFactory();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this JDK has no TLS", e);
        }
    }
}
