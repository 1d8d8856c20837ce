package dev.gatun.image.registry;

import dev.gatun.image.CorruptBlobException;
import dev.gatun.image.Descriptor;
import dev.gatun.image.Digest;
import dev.gatun.image.ImageException;
import dev.gatun.image.Index;
import dev.gatun.image.Json;
import dev.gatun.image.Manifest;
import dev.gatun.image.MediaTypes;
import dev.gatun.image.Progress;
import dev.gatun.image.Reference;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Manifests and what refers to them, in one repository (distribution-spec, "Pulling manifests" and so on). */
final class ManifestCalls {
    private static final int OK = 200;
    private static final int CREATED = 201;
    private static final int ACCEPTED = 202;
    private static final int NOT_FOUND = 404;

    private final Transport transport;
    private final Endpoint endpoint;
    private final String purpose;
    private final Progress progress;

    ManifestCalls(Transport transport, Endpoint endpoint, String purpose, Progress progress) {
        this.transport = transport;
        this.endpoint = endpoint;
        this.purpose = purpose;
        this.progress = progress;
    }

    /** What a tag or digest names. A digest is verified; what a tag leads to is what the registry says. */
    Document get(Reference name) {
        Request request = Request.of(
                        purpose,
                        "GET",
                        transport.uri(endpoint, "manifests/" + name.version()),
                        Scopes.pull(endpoint),
                        OK)
                .header("Accept", String.join(", ", MediaTypes.MANIFESTS));
        var limited = BodyHandlers.limiting(BodyHandlers.ofByteArray(), Manifest.MAX_SIZE);
        Answer<byte[]> answer = transport.call(endpoint, request, limited, progress);
        byte[] raw = answer.orThrow(request);
        Optional<Digest> expected = name.digest().or(() -> announced(answer));
        if (expected.isPresent() && !expected.get().matches(raw)) {
            throw new CorruptBlobException(
                    expected.get(), "the manifest that " + endpoint.registry() + " sent has other content");
        }
        String mediaType = mediaType(answer, raw);
        Digest digest = expected.orElseGet(() -> Digest.of(raw));
        return new Document(new Descriptor(mediaType, digest, raw.length), raw);
    }

    private static Optional<Digest> announced(Answer<?> answer) {
        return answer.header("Docker-Content-Digest")
                .filter(text -> !text.isEmpty())
                .map(Digest::parse);
    }

    /** File servers that pose as registries do not know the type; the document does. */
    private String mediaType(Answer<?> answer, byte[] raw) {
        String type = answer.header("Content-Type").orElse("");
        int semicolon = type.indexOf(';');
        String mediaType = (semicolon < 0 ? type : type.substring(0, semicolon)).strip();
        if (MediaTypes.MANIFESTS.contains(mediaType) || MediaTypes.isSchema1(mediaType)) {
            return mediaType;
        }
        return Json.parse(purpose + ": manifest", raw)
                .optionalText("mediaType")
                .orElseThrow(() -> new ImageException(
                        purpose + ": " + endpoint.registry() + " sent no manifest, but " + mediaType));
    }

    /** Stores a manifest under a tag or, if {@code version} is one, its digest. */
    void put(String version, String mediaType, byte[] raw, Optional<Digest> subject) {
        Request request = Request.of(
                        purpose,
                        "PUT",
                        transport.uri(endpoint, "manifests/" + version),
                        Scopes.push(endpoint),
                        CREATED,
                        ACCEPTED,
                        OK)
                .header("Content-Type", mediaType)
                .body(() -> BodyPublishers.ofByteArray(raw));
        Answer<Void> answer = transport.call(endpoint, request, BodyHandlers.discarding(), progress);
        answer.throwUnlessHoped(request);
        announced(answer).filter(digest -> !digest.matches(raw)).ifPresent(digest -> {
            throw new CorruptBlobException(
                    digest, "is what " + endpoint.registry() + " says it stored, not what was sent");
        });
        // A registry that keeps the list of referrers itself says so.
        if (subject.isPresent() && answer.header("OCI-Subject").isEmpty()) {
            addReferrer(subject.get(), mediaType, raw);
        }
    }

    /** What refers to a manifest, by the call for it or, where a registry has none, by the tag that stands in for it. */
    List<Descriptor> referrers(Digest subject) {
        Request request = Request.of(
                        purpose, "GET", transport.uri(endpoint, "referrers/" + subject), Scopes.pull(endpoint), OK)
                .header("Accept", MediaTypes.OCI_INDEX);
        var limited = BodyHandlers.limiting(BodyHandlers.ofByteArray(), Manifest.MAX_SIZE);
        Answer<byte[]> answer = transport.call(endpoint, request, limited, progress);
        if (answer.status() == NOT_FOUND) {
            return taggedReferrers(subject);
        }
        return Index.parse(MediaTypes.OCI_INDEX, answer.orThrow(request)).manifests();
    }

    private List<Descriptor> taggedReferrers(Digest subject) {
        try {
            Document index = get(tagOf(subject));
            return Index.parse(index.descriptor().mediaType(), index.raw()).manifests();
        } catch (RegistryException e) {
            if (e.isAbsent()) {
                return List.of();
            }
            throw e;
        }
    }

    private void addReferrer(Digest subject, String mediaType, byte[] raw) {
        Manifest manifest = Manifest.parse(mediaType, raw);
        List<Descriptor> referrers = new ArrayList<>(taggedReferrers(subject));
        Descriptor own = new Descriptor(
                mediaType,
                Digest.of(raw),
                raw.length,
                manifest.annotations(),
                Optional.empty(),
                List.of(),
                Optional.of(manifest.artifactType().orElse(manifest.config().mediaType())),
                Optional.empty());
        if (referrers.stream().noneMatch(own::sameContent)) {
            referrers.add(own);
            put(
                    tagOf(subject).version(),
                    MediaTypes.OCI_INDEX,
                    Index.of(referrers).raw(),
                    Optional.empty());
        }
    }

    /** As distribution-spec, "Referrers Tag Schema", has it. */
    private Reference tagOf(Digest subject) {
        String tag = subject.algorithm().text() + "-" + subject.hex().substring(0, 64);
        return new Reference(endpoint.registry(), endpoint.repository(), Optional.of(tag), Optional.empty());
    }
}
