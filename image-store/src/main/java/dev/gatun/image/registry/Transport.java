package dev.gatun.image.registry;

import dev.gatun.image.ImageException;
import dev.gatun.image.Progress;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandler;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.HttpResponse.BodySubscribers;
import java.net.http.HttpTimeoutException;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Requests to registries: connections, redirections, who is asking. Waits are waits of the calling (virtual) thread. */
final class Transport implements AutoCloseable {
    private static final Set<Integer> REDIRECTIONS = Set.of(301, 302, 303, 307, 308);
    private static final int MAX_REDIRECTIONS = 10;
    private static final Duration CONNECT = Duration.ofSeconds(30);

    private final CredentialStore credentials;
    private final Tls tls;
    private final Backoff backoff;
    private final Duration silence;
    private final ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor();
    private final Map<String, HttpClient> clients = new ConcurrentHashMap<>();
    private final Map<String, String> schemes = new ConcurrentHashMap<>();
    private final Map<Endpoint, Authorization> authorizations = new ConcurrentHashMap<>();

    /**
     * Connects to nobody yet.
     *
     * @param silence after which a connection is given up
     */
    Transport(CredentialStore credentials, Tls tls, Backoff backoff, Duration silence) {
        this.credentials = credentials;
        this.tls = tls;
        this.backoff = backoff;
        this.silence = silence;
    }

    Retry retry(String what, Progress progress) {
        return new Retry(backoff, what, progress);
    }

    /** The URI of something below {@code /v2/} of a repository; finds out whether an insecure registry talks TLS. */
    URI uri(Endpoint endpoint, String path) {
        String scheme =
                endpoint.insecure() ? schemes.computeIfAbsent(endpoint.host(), host -> probe(endpoint)) : "https";
        return URI.create(scheme + "://" + endpoint.host() + "/v2/" + endpoint.repository() + "/" + path);
    }

    private String probe(Endpoint endpoint) {
        var request =
                Request.of("look for TLS", "GET", URI.create("https://" + endpoint.host() + "/v2/"), Set.of(), 200);
        try {
            once(
                    client(endpoint, request.uri()),
                    request,
                    request.uri(),
                    Optional.empty(),
                    _ -> new Page(),
                    new Activity());
            return "https";
        } catch (ConnectException e) {
            throw new ImageException("reach registry " + endpoint.registry() + ": " + Retry.reason(e), e);
        } catch (IOException e) {
            return "http";
        }
    }

    /** Asks again, as long as there is hope, until the answer is one of those hoped for or a final refusal. */
    <T> Answer<T> call(Endpoint endpoint, Request request, BodyHandler<T> body, Progress progress) {
        Retry retry = retry(request.purpose(), progress);
        while (true) {
            try {
                Answer<T> answer = exchange(endpoint, request, body, new Activity());
                if (request.hoped().contains(answer.status()) || !answer.isPassing()) {
                    return answer;
                }
                retry.failed(answer, request);
            } catch (ConnectException e) {
                // Nobody is there: to say so at once is better than to wait.
                throw new ImageException(
                        request.purpose() + ": reach registry " + endpoint.registry() + ": " + Retry.reason(e), e);
            } catch (IOException e) {
                retry.failed(e);
            }
        }
    }

    /** One attempt, with all the requests that it takes: those that are sent elsewhere, and those for a token. */
    <T> Answer<T> exchange(Endpoint endpoint, Request request, BodyHandler<T> body, Activity activity)
            throws IOException {
        Authorization authorization = authorizations.computeIfAbsent(
                endpoint, to -> new Authorization(to, credentials, token -> askTokenServer(to, token)));
        Optional<String> header = authorization.header(request);
        boolean challenged = false;
        URI uri = request.uri();
        for (int i = 0; i < MAX_REDIRECTIONS; i++) {
            boolean home = isSameOrigin(uri, request.uri());
            // What proves who we are is for the registry, not for whom it sends us to.
            Answer<T> answer =
                    once(client(endpoint, uri), request, uri, home ? header : Optional.empty(), body, activity);
            if (answer.status() == 401 && home && !challenged) {
                challenged = true;
                Optional<String> better = authorization.challenged(
                        request, Challenge.parse(answer.headers().allValues("WWW-Authenticate")), header);
                if (better.isEmpty()) {
                    return answer;
                }
                header = better;
            } else if (REDIRECTIONS.contains(answer.status())
                    && answer.header("Location").isPresent()) {
                uri = redirection(endpoint, uri, answer.header("Location").get());
            } else {
                return answer;
            }
        }
        throw new ImageException(request.purpose() + ": " + request.uri().getHost() + " redirects without end");
    }

    private Answer<byte[]> askTokenServer(Endpoint endpoint, Request request) throws IOException {
        return once(
                client(endpoint, request.uri()),
                request,
                request.uri(),
                Optional.empty(),
                BodyHandlers.limiting(BodyHandlers.ofByteArray(), 1 << 20),
                new Activity());
    }

    private static URI redirection(Endpoint endpoint, URI from, String location) {
        URI to;
        try {
            to = from.resolve(location);
        } catch (IllegalArgumentException e) {
            throw new ImageException(from.getHost() + " redirects to \"" + location + "\", which is no URL", e);
        }
        boolean http = "http".equals(to.getScheme());
        if (!(http || "https".equals(to.getScheme())) || (http && !endpoint.insecure())) {
            throw new ImageException(from.getHost() + " redirects to " + to.getScheme() + "://" + to.getRawAuthority()
                    + ", which is not HTTPS");
        }
        return to;
    }

    static boolean isSameOrigin(URI one, URI other) {
        return one.getScheme().equals(other.getScheme())
                && one.getRawAuthority().equalsIgnoreCase(other.getRawAuthority());
    }

    private HttpClient client(Endpoint endpoint, URI uri) {
        String host = uri.getRawAuthority();
        boolean anything = endpoint.insecure() && host.equals(endpoint.host());
        // HTTP/1.1: parallel transfers get connections of their own, instead of sharing one with its flow control.
        return clients.computeIfAbsent(
                host + (anything ? " unverified" : ""),
                _ -> HttpClient.newBuilder()
                        .version(HttpClient.Version.HTTP_1_1)
                        .followRedirects(HttpClient.Redirect.NEVER)
                        .connectTimeout(CONNECT)
                        .sslContext(anything ? tls.unverified(host) : tls.verified(host))
                        .proxy(Proxies.ofEnvironment())
                        .executor(executor)
                        .build());
    }

    private <T> Answer<T> once(
            HttpClient client,
            Request request,
            URI uri,
            Optional<String> authorization,
            BodyHandler<T> body,
            Activity activity)
            throws IOException {
        var builder = HttpRequest.newBuilder(uri)
                .header("User-Agent", "gatun")
                .method(request.method(), request.body().get());
        request.headers().forEach(builder::header);
        authorization.ifPresent(header -> builder.header("Authorization", header));
        BodyHandler<Body<T>> handler = info -> activity.watch(
                request.hoped().contains(info.statusCode())
                        ? BodySubscribers.mapping(
                                body.apply(info), content -> new Body<>(Optional.ofNullable(content), ""))
                        : BodySubscribers.mapping(Answer.errorText(), text -> new Body<>(Optional.empty(), text)));
        activity.seen();
        HttpResponse<Body<T>> response = await(client.sendAsync(builder.build(), handler), activity);
        return new Answer<>(
                uri,
                response.statusCode(),
                response.headers(),
                response.body().content(),
                response.body().error());
    }

    private record Body<T>(Optional<T> content, String error) {}

    private <T> T await(CompletableFuture<T> response, Activity activity) throws IOException {
        try {
            while (true) {
                try {
                    return response.get(Math.max(silence.toMillis() / 4, 1), TimeUnit.MILLISECONDS);
                } catch (TimeoutException e) {
                    if (activity.isSilentFor(silence)) {
                        throw new HttpTimeoutException("nothing was heard for " + silence.toSeconds() + " s");
                    }
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw (IOException) new InterruptedIOException("interrupted").initCause(e);
        } catch (ExecutionException e) {
            throw unwrapped(e);
        } finally {
            response.cancel(true);
        }
    }

    private static IOException unwrapped(ExecutionException failure) {
        for (Throwable t = failure; t != null; t = t.getCause()) {
            if (t instanceof ImageException image) {
                throw image;
            }
        }
        return failure.getCause() instanceof IOException io ? io : new IOException(Retry.reason(failure), failure);
    }

    @Override
    public void close() {
        clients.values().forEach(HttpClient::shutdownNow);
        clients.values().forEach(HttpClient::close);
        executor.close();
    }
}
