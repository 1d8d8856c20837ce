package dev.gatun.image.snapshot;

import dev.gatun.image.Digest;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** Names of stacks of layers (OCI image-spec, config.md, "Layer ChainID"). */
public final class ChainId {
    private ChainId() {}

    /** For each layer the name of the stack that it is the top of; the lowest first, as the diff ids are. */
    public static List<Digest> of(List<Digest> diffIds) {
        var chain = new ArrayList<Digest>();
        for (Digest diffId : diffIds) {
            chain.add(
                    chain.isEmpty()
                            ? diffId
                            : Digest.of((chain.getLast() + " " + diffId).getBytes(StandardCharsets.US_ASCII)));
        }
        return chain;
    }
}
