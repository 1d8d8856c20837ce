package dev.gatun.image.registry;

import java.io.ByteArrayOutputStream;
import java.net.http.HttpResponse.BodySubscriber;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;

/** The first 4 KiB of a body; the rest is read and forgotten, so that the connection can be used again, up to a limit. */
final class Page implements BodySubscriber<byte[]> {
    private static final int KEPT = 4 << 10;
    private static final int READ = 256 << 10;

    private final ByteArrayOutputStream kept = new ByteArrayOutputStream();
    private final CompletableFuture<byte[]> done = new CompletableFuture<>();
    private Optional<Flow.Subscription> subscription = Optional.empty();
    private int count;

    @Override
    public CompletionStage<byte[]> getBody() {
        return done;
    }

    @Override
    public void onSubscribe(Flow.Subscription to) {
        subscription = Optional.of(to);
        to.request(Long.MAX_VALUE);
    }

    @Override
    public void onNext(List<ByteBuffer> buffers) {
        for (ByteBuffer buffer : buffers) {
            count += buffer.remaining();
            var part = new byte[Math.min(buffer.remaining(), KEPT - kept.size())];
            buffer.get(part);
            kept.writeBytes(part);
        }
        if (count > READ) {
            subscription.ifPresent(Flow.Subscription::cancel);
            onComplete();
        }
    }

    @Override
    public void onError(Throwable failure) {
        done.complete(kept.toByteArray());
    }

    @Override
    public void onComplete() {
        done.complete(kept.toByteArray());
    }
}
