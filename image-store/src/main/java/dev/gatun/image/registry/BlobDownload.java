package dev.gatun.image.registry;

import dev.gatun.image.CorruptBlobException;
import dev.gatun.image.Descriptor;
import dev.gatun.image.Ingest;
import dev.gatun.image.Progress;
import java.io.IOException;

/** Gets one blob into the store, from where an earlier download was cut off if there was one. */
final class BlobDownload {
    private static final int OK = 200;
    private static final int PARTIAL = 206;
    private static final int RANGE_NOT_SATISFIABLE = 416;

    private final Transport transport;
    private final Endpoint endpoint;
    private final Request request;
    private final Descriptor content;
    private final Ingest ingest;
    private final Progress progress;

    BlobDownload(
            Transport transport,
            Endpoint endpoint,
            String purpose,
            Descriptor content,
            Ingest ingest,
            Progress progress) {
        this.transport = transport;
        this.endpoint = endpoint;
        this.content = content;
        this.ingest = ingest;
        this.progress = progress;
        this.request = Request.of(
                        purpose,
                        "GET",
                        transport.uri(endpoint, "blobs/" + content.digest()),
                        Scopes.pull(endpoint),
                        OK,
                        PARTIAL)
                // A blob's bytes are what its digest is of: no packing on the way.
                .header("Accept-Encoding", "identity");
    }

    /** Downloads, verifies and commits it. */
    void run() throws IOException {
        boolean resumed = ingest.position() > 0;
        progress.begun(content, ingest.position());
        fetch();
        try {
            ingest.commit();
        } catch (CorruptBlobException e) {
            if (!resumed) {
                throw e;
            }
            // What was there may have been the bad part: a crash of the machine can do that.
            progress.damaged(content.digest(), Retry.reason(e));
            fetch();
            ingest.commit();
        }
        progress.finished(content, Progress.Outcome.TRANSFERRED);
    }

    private void fetch() throws IOException {
        Retry retry = transport.retry(request.purpose() + ": blob " + content.digest(), progress);
        while (ingest.position() < content.size() || ingest.position() == 0) {
            long before = ingest.position();
            try {
                if (attempt(retry)) {
                    return;
                }
            } catch (IOException e) {
                if (ingest.position() > before) {
                    retry.reset();
                }
                retry.failed(e);
            }
        }
    }

    /** Whether the answer came to its end. */
    private boolean attempt(Retry retry) throws IOException {
        long position = ingest.position();
        Request part = position == 0 ? request : request.header("Range", "bytes=" + position + "-");
        var sink = new BlobSink(ingest, content, progress);
        Answer<Long> answer;
        try {
            answer = transport.exchange(endpoint, part, sink, new Activity());
        } finally {
            // A connection that was given up may still have a part in its hands.
            sink.stop();
        }
        if (answer.status() == RANGE_NOT_SATISFIABLE) {
            ingest.restart();
            return false;
        }
        if (answer.body().isEmpty()) {
            retry.failed(answer, part);
            return false;
        }
        if (ingest.position() < content.size()) {
            throw new IOException(
                    "the connection ended after " + ingest.position() + " of " + content.size() + " bytes");
        }
        return true;
    }
}
