package dev.gatun.image.registry;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.http.HttpResponse.BodySubscriber;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;

/** When a connection last gave a sign of life, in either direction: one that is silent for long is given up. */
final class Activity {
    private volatile long last = System.nanoTime();

    void seen() {
        last = System.nanoTime();
    }

    boolean isSilentFor(Duration time) {
        return System.nanoTime() - last > time.toNanos();
    }

    /** A subscriber whose every part is a sign of life. */
    <T> BodySubscriber<T> watch(BodySubscriber<T> subscriber) {
        seen();
        return new BodySubscriber<>() {
            @Override
            public CompletionStage<T> getBody() {
                return subscriber.getBody();
            }

            @Override
            public void onSubscribe(Flow.Subscription subscription) {
                subscriber.onSubscribe(subscription);
            }

            @Override
            public void onNext(List<ByteBuffer> buffers) {
                seen();
                subscriber.onNext(buffers);
            }

            @Override
            public void onError(Throwable failure) {
                subscriber.onError(failure);
            }

            @Override
            public void onComplete() {
                subscriber.onComplete();
            }
        };
    }

    /** A stream of which every reading is a sign of life. */
    InputStream watch(InputStream stream) {
        return new FilterInputStream(stream) {
            @Override
            public int read() throws IOException {
                seen();
                return in.read();
            }

            @Override
            public int read(byte[] bytes, int offset, int length) throws IOException {
                seen();
                return in.read(bytes, offset, length);
            }
        };
    }
}
