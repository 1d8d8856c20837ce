package dev.gatun.oci;

import dev.gatun.json.JsonText;
import dev.gatun.json.JsonValue;
import dev.gatun.json.JsonWritable;
import dev.gatun.json.JsonWriter;

/**
 * A limit of huge pages of one size (config-linux.md, Huge page limits).
 *
 * @param pageSize a number and {@code KB}, {@code MB} or {@code GB}, as in {@code 2MB}
 * @param limit bytes, unsigned
 */
public record HugepageLimit(String pageSize, long limit) implements JsonWritable {
    public HugepageLimit {
        if (!isPageSize(pageSize)) {
            throw new InvalidSpecException(
                    "pageSize", JsonText.shown(pageSize) + " is not a size such as 64KB, 2MB, 1GB");
        }
    }

    private static boolean isPageSize(String text) {
        int digits = text.length() - 2;
        if (digits < 1 || text.charAt(0) == '0' || "KMG".indexOf(text.charAt(digits)) < 0 || !text.endsWith("B")) {
            return false;
        }
        for (int i = 0; i < digits; i++) {
            if (text.charAt(i) < '0' || text.charAt(i) > '9') {
                return false;
            }
        }
        return true;
    }

    static HugepageLimit decode(JsonValue limit) {
        return new HugepageLimit(
                limit.field("pageSize").string(), limit.field("limit").uint64());
    }

    @Override
    public void writeTo(JsonWriter out) {
        out.beginObject()
                .field("pageSize", pageSize)
                .unsignedField("limit", limit)
                .endObject();
    }
}
