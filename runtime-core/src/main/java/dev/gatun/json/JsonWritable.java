package dev.gatun.json;

/** Something that has a JSON form. */
@FunctionalInterface
public interface JsonWritable {
    /** Writes this as one value. */
    void writeTo(JsonWriter out);

    /** This as a document without white space. */
    default String toJson() {
        return toJson("");
    }

    /** This as a document with one field to a line, each level indented by {@code indent}: a tab or some spaces. */
    default String toJson(String indent) {
        JsonWriter out = JsonWriter.indented(indent);
        writeTo(out);
        return out.toString();
    }
}
