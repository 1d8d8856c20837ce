package dev.gatun.image.registry;

import dev.gatun.image.Descriptor;
import dev.gatun.image.Ingest;
import dev.gatun.image.Progress;
import java.io.IOException;
import java.net.http.HttpResponse.BodyHandler;
import java.net.http.HttpResponse.BodySubscriber;
import java.net.http.HttpResponse.ResponseInfo;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;

/** Writes a body to the store as it comes, and asks for as much more as it has written. */
final class BlobSink implements BodyHandler<Long>, BodySubscriber<Long> {
    private static final int PARTIAL = 206;
    /** Parts that may wait, of 16 KiB each: asking for them one at a time costs a detour through another thread for each. */
    private static final int AHEAD = 16;

    private final Ingest ingest;
    private final Descriptor content;
    private final Progress progress;
    private final CompletableFuture<Long> done = new CompletableFuture<>();
    private Optional<Flow.Subscription> subscription = Optional.empty();
    private boolean stopped;

    BlobSink(Ingest ingest, Descriptor content, Progress progress) {
        this.ingest = ingest;
        this.content = content;
        this.progress = progress;
    }

    /** Looks whether the part is the one that was asked for: a server may always send the whole. */
    @Override
    public synchronized BodySubscriber<Long> apply(ResponseInfo info) {
        try {
            if (info.statusCode() == PARTIAL) {
                checkRange(info);
            } else if (!stopped && ingest.position() > 0) {
                ingest.restart();
            }
        } catch (IOException e) {
            fail(e);
        }
        return this;
    }

    private void checkRange(ResponseInfo info) throws IOException {
        String range = info.headers().firstValue("Content-Range").orElse("");
        if (!range.startsWith("bytes " + ingest.position() + "-")) {
            throw new IOException("bytes from " + ingest.position() + " on were asked for, and \"" + range + "\" came");
        }
    }

    @Override
    public CompletionStage<Long> getBody() {
        return done;
    }

    @Override
    public synchronized void onSubscribe(Flow.Subscription to) {
        subscription = Optional.of(to);
        if (stopped) {
            to.cancel();
        } else {
            to.request(AHEAD);
        }
    }

    @Override
    public synchronized void onNext(List<ByteBuffer> buffers) {
        if (stopped) {
            return;
        }
        try {
            for (ByteBuffer buffer : buffers) {
                ingest.write(buffer);
            }
        } catch (IOException | RuntimeException e) {
            fail(e);
            return;
        }
        progress.advanced(content, ingest.position());
        subscription.ifPresent(from -> from.request(1));
    }

    private void fail(Exception failure) {
        stop();
        done.completeExceptionally(failure);
    }

    /** Writes nothing any more. */
    synchronized void stop() {
        stopped = true;
        subscription.ifPresent(Flow.Subscription::cancel);
    }

    @Override
    public void onError(Throwable failure) {
        done.completeExceptionally(failure);
    }

    @Override
    public synchronized void onComplete() {
        done.complete(ingest.position());
    }
}
