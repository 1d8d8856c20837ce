package dev.gatun.image.registry;

import dev.gatun.image.ContentStore;
import dev.gatun.image.Descriptor;
import dev.gatun.image.ImageException;
import dev.gatun.image.Progress;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.util.List;
import java.util.Optional;

/**
 * Brings one blob to a registry (distribution-spec, "Pushing blobs"): not at all if it has it, by mounting it from another
 * repository, in one piece if it is small, and otherwise in chunks, so that a cut connection costs one chunk.
 */
final class BlobUpload {
    private static final int OK = 200;
    private static final int CREATED = 201;
    private static final int ACCEPTED = 202;
    private static final int NO_CONTENT = 204;
    private static final int NOT_FOUND = 404;
    private static final String OCTETS = "application/octet-stream";

    private final Transport transport;
    private final Endpoint endpoint;
    private final String purpose;
    private final ContentStore store;
    private final Descriptor content;
    private final long chunkSize;
    private final Progress progress;

    BlobUpload(
            Transport transport,
            Endpoint endpoint,
            String purpose,
            ContentStore store,
            Descriptor content,
            long chunkSize,
            Progress progress) {
        this.transport = transport;
        this.endpoint = endpoint;
        this.purpose = purpose + ": blob " + content.digest();
        this.store = store;
        this.content = content;
        this.chunkSize = chunkSize;
        this.progress = progress;
    }

    /**
     * Brings it there.
     *
     * @param sources other repositories of the registry that may have it
     */
    void run(List<String> sources) throws IOException {
        if (isThere()) {
            progress.finished(content, Progress.Outcome.ALREADY_THERE);
            return;
        }
        Optional<URI> session = Optional.empty();
        for (String source : sources) {
            session = mount(source);
            if (session.isEmpty()) {
                progress.finished(content, Progress.Outcome.MOUNTED);
                return;
            }
        }
        URI location = session.isPresent() ? session.get() : begin();
        progress.begun(content, 0);
        send(location);
        progress.finished(content, Progress.Outcome.TRANSFERRED);
    }

    private boolean isThere() {
        Request head = Request.of(
                purpose, "HEAD", transport.uri(endpoint, "blobs/" + content.digest()), Scopes.push(endpoint), OK);
        Answer<Void> answer = transport.call(endpoint, head, BodyHandlers.discarding(), progress);
        if (answer.status() == NOT_FOUND) {
            return false;
        }
        answer.throwUnlessHoped(head);
        return true;
    }

    /** Where to upload if the registry did not mount it; empty if it did. */
    private Optional<URI> mount(String source) {
        URI uri = URI.create(
                transport.uri(endpoint, "blobs/uploads/") + "?mount=" + content.digest() + "&from=" + source);
        Request post = Request.of(purpose, "POST", uri, Scopes.mount(endpoint, source), CREATED, ACCEPTED);
        Answer<Void> answer = transport.call(endpoint, post, BodyHandlers.discarding(), progress);
        // A registry may know the source's name no more, or not let us read it.
        if (answer.status() == CREATED) {
            return Optional.empty();
        }
        return Optional.of(answer.status() == ACCEPTED ? location(answer) : begin());
    }

    private URI begin() {
        Request post =
                Request.of(purpose, "POST", transport.uri(endpoint, "blobs/uploads/"), Scopes.push(endpoint), ACCEPTED);
        Answer<Void> answer = transport.call(endpoint, post, BodyHandlers.discarding(), progress);
        answer.throwUnlessHoped(post);
        return location(answer);
    }

    private URI location(Answer<?> answer) {
        String location = answer.header("Location")
                .orElseThrow(() -> new ImageException(purpose + ": the registry does not say where to upload"));
        return answer.uri().resolve(location);
    }

    private void send(URI begun) throws IOException {
        Retry retry = transport.retry(purpose, progress);
        URI location = begun;
        long position = 0;
        while (true) {
            try {
                if (position == 0 && content.size() <= chunkSize) {
                    putWhole(location);
                    return;
                }
                if (position == content.size()) {
                    finish(location);
                    return;
                }
                long end = Math.min(position + chunkSize, content.size());
                location = patch(location, position, end);
                position = end;
                retry.reset();
            } catch (IOException e) {
                retry.failed(e);
                // What has arrived of it is not known; a session that is over is begun anew.
                Optional<Session> session = session(location);
                location = session.isPresent() ? session.get().location() : begin();
                position = session.map(Session::received).orElse(0L);
            }
        }
    }

    private void putWhole(URI location) throws IOException {
        Request put = request("PUT", withDigest(location), CREATED, NO_CONTENT).header("Content-Type", OCTETS);
        sendPart(put, 0, content.size());
    }

    /** Sends a chunk; returns where the next goes. */
    private URI patch(URI location, long start, long end) throws IOException {
        Request patch = request("PATCH", location, ACCEPTED)
                .header("Content-Type", OCTETS)
                .header("Content-Range", start + "-" + (end - 1));
        return location(sendPart(patch, start, end));
    }

    private Answer<Void> sendPart(Request request, long start, long end) throws IOException {
        var activity = new Activity();
        Request whole = request.body(() -> body(start, end, activity));
        Answer<Void> answer = transport.exchange(endpoint, whole, BodyHandlers.discarding(), activity);
        if (answer.isPassing()) {
            throw new IOException(answer.refused(whole).getMessage());
        }
        answer.throwUnlessHoped(whole);
        progress.advanced(content, end);
        return answer;
    }

    private BodyPublisher body(long start, long end, Activity activity) {
        if (start == end) {
            return BodyPublishers.noBody();
        }
        return BodyPublishers.fromPublisher(
                BodyPublishers.ofInputStream(() -> part(start, end, activity)), end - start);
    }

    private InputStream part(long start, long end, Activity activity) {
        try {
            FileChannel blob = store.channel(content);
            blob.position(start);
            return activity.watch(new LimitedStream(Channels.newInputStream(blob), end - start));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void finish(URI location) {
        Request put = request("PUT", withDigest(location), CREATED, NO_CONTENT);
        transport.call(endpoint, put, BodyHandlers.discarding(), progress).throwUnlessHoped(put);
    }

    private record Session(URI location, long received) {}

    private Optional<Session> session(URI location) {
        Request get = request("GET", location, NO_CONTENT, OK);
        Answer<Void> answer = transport.call(endpoint, get, BodyHandlers.discarding(), progress);
        if (!get.hoped().contains(answer.status())) {
            return Optional.empty();
        }
        // "0-0" is what an empty session has, too; then nothing is known to be there.
        String range = answer.header("Range").orElse("0-0");
        long last = Long.parseLong(range.substring(range.indexOf('-') + 1));
        return Optional.of(new Session(location(answer), last == 0 ? 0 : last + 1));
    }

    private URI withDigest(URI location) {
        return URI.create(location + (location.getRawQuery() == null ? "?" : "&") + "digest=" + content.digest());
    }

    private Request request(String method, URI uri, Integer... hoped) {
        return Request.of(purpose, method, uri, Scopes.push(endpoint), hoped);
    }
}
