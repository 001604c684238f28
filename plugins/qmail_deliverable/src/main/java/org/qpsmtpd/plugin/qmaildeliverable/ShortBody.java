package org.qpsmtpd.plugin.qmaildeliverable;

import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;
import org.jspecify.annotations.Nullable;

/** Takes the first octets of an answer, and no more of it. */
final class ShortBody implements HttpResponse.BodySubscriber<String> {
    private static final int LONGEST = 64;

    private final CompletableFuture<String> body = new CompletableFuture<>();
    private final StringBuilder text = new StringBuilder();
    private Flow.@Nullable Subscription subscription;

    @Override
    public CompletionStage<String> getBody() {
        return body;
    }

    @Override
    public void onSubscribe(Flow.Subscription given) {
        subscription = given;
        given.request(Long.MAX_VALUE);
    }

    @Override
    public void onNext(List<ByteBuffer> octets) {
        for (ByteBuffer buffer : octets) {
            byte[] some = new byte[Math.min(buffer.remaining(), LONGEST)];
            buffer.get(some);
            text.append(new String(some, StandardCharsets.ISO_8859_1));
        }
        Flow.Subscription now = subscription;
        if (text.length() > LONGEST && now != null) {
            now.cancel();
            body.complete(text.substring(0, LONGEST));
        }
    }

    @Override
    public void onError(Throwable failure) {
        body.completeExceptionally(failure);
    }

    @Override
    public void onComplete() {
        body.complete(text.toString());
    }
}
