package dev.gatun.image;

/** What manifests and indexes have in common. */
final class Documents {
    private Documents() {}

    static void checkSchema(Json json, String mediaType) {
        if (json.number("schemaVersion") != 2) {
            throw new ImageException(json.where() + ": schemaVersion is not 2");
        }
        json.optionalText("mediaType").filter(own -> !own.equals(mediaType)).ifPresent(own -> {
            throw new ImageException(json.where() + ": is of type " + own + ", but was announced as " + mediaType);
        });
    }
}
