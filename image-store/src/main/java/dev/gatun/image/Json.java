package dev.gatun.image;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.toml.TomlMapper;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** An object of a JSON or TOML document, asked for members of a type; what is not as it should be is refused with its path. */
public final class Json {
    // A key that stands twice means different things to different readers, and a signature could cover the other one.
    private static final JsonMapper MAPPER = JsonMapper.builder()
            .enable(DeserializationFeature.FAIL_ON_READING_DUP_TREE_KEY)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();
    private static final TomlMapper TOML = new TomlMapper();

    private final String where;
    private final JsonNode node;

    private Json(String where, JsonNode node) {
        this.where = where;
        this.node = node;
    }

    /**
     * Reads a document that is an object.
     *
     * @param what it is, for errors: {@code manifest sha256:…}
     */
    public static Json parse(String what, byte[] document) {
        return parse(what, "JSON", MAPPER, document);
    }

    /** Reads a TOML document. */
    public static Json parseToml(String what, byte[] document) {
        return parse(what, "TOML", TOML, document);
    }

    private static Json parse(String what, String language, ObjectMapper mapper, byte[] document) {
        JsonNode node;
        try {
            node = mapper.readTree(document);
        } catch (JsonProcessingException e) {
            throw new ImageException(what + ": not " + language + ": " + e.getOriginalMessage(), e);
        } catch (IOException e) {
            throw new ImageException(what + ": unable to read: " + e.getMessage(), e);
        }
        if (!node.isObject()) {
            throw new ImageException(what + ": not a " + language + " object");
        }
        return new Json(what, node);
    }

    static ObjectNode newObject() {
        return JsonNodeFactory.instance.objectNode();
    }

    /** In the order of their names, so that the same members give the same bytes. */
    static void putAll(ObjectNode node, Map<String, String> members) {
        new TreeMap<>(members).forEach(node::put);
    }

    static byte[] bytes(JsonNode node) {
        try {
            return MAPPER.writeValueAsBytes(node);
        } catch (JsonProcessingException e) {
            throw new ImageException("unable to write JSON: " + e.getOriginalMessage(), e);
        }
    }

    /** Where it stands, for errors. */
    public String where() {
        return where;
    }

    public boolean has(String key) {
        return node.hasNonNull(key);
    }

    public String text(String key) {
        return optionalText(key).orElseThrow(() -> wrong(key, "is missing"));
    }

    public Optional<String> optionalText(String key) {
        JsonNode value = node.path(key);
        if (value.isMissingNode() || value.isNull()) {
            return Optional.empty();
        }
        if (!value.isTextual()) {
            throw wrong(key, "is not a string");
        }
        return Optional.of(value.textValue());
    }

    public Digest digest(String key) {
        return digestOf(key, text(key));
    }

    private Digest digestOf(String key, String text) {
        try {
            return Digest.parse(text);
        } catch (ImageException e) {
            throw new ImageException(where + "." + key + ": " + e.getMessage(), e);
        }
    }

    public List<Digest> digests(String key) {
        return list(key).stream().map(text -> digestOf(key, text)).toList();
    }

    public long size(String key) {
        JsonNode value = node.path(key);
        if (!value.isIntegralNumber() || !value.canConvertToLong() || value.longValue() < 0) {
            throw wrong(key, "is not a size in bytes");
        }
        return value.longValue();
    }

    /** A number that is 0 if it is missing. */
    public long number(String key) {
        JsonNode value = node.path(key);
        if (value.isMissingNode() || value.isNull()) {
            return 0;
        }
        if (!value.isIntegralNumber() || !value.canConvertToLong()) {
            throw wrong(key, "is not a whole number");
        }
        return value.longValue();
    }

    public boolean flag(String key) {
        JsonNode value = node.path(key);
        if (value.isMissingNode() || value.isNull()) {
            return false;
        }
        if (!value.isBoolean()) {
            throw wrong(key, "is not true or false");
        }
        return value.booleanValue();
    }

    public Optional<Json> object(String key) {
        JsonNode value = node.path(key);
        if (value.isMissingNode() || value.isNull()) {
            return Optional.empty();
        }
        if (!value.isObject()) {
            throw wrong(key, "is not an object");
        }
        return Optional.of(new Json(where + "." + key, value));
    }

    public List<String> list(String key) {
        List<String> texts = new ArrayList<>();
        for (JsonNode value : array(key)) {
            if (!value.isTextual()) {
                throw wrong(key + "[" + texts.size() + "]", "is not a string");
            }
            texts.add(value.textValue());
        }
        return List.copyOf(texts);
    }

    public List<Json> objects(String key) {
        List<Json> objects = new ArrayList<>();
        for (JsonNode value : array(key)) {
            String path = key + "[" + objects.size() + "]";
            if (!value.isObject()) {
                throw wrong(path, "is not an object");
            }
            objects.add(new Json(where + "." + path, value));
        }
        return objects;
    }

    private JsonNode array(String key) {
        JsonNode value = node.path(key);
        if (value.isMissingNode() || value.isNull()) {
            return JsonNodeFactory.instance.arrayNode();
        }
        if (!value.isArray()) {
            throw wrong(key, "is not an array");
        }
        return value;
    }

    /** The members of an object of strings, in their order. */
    public Map<String, String> texts(String key) {
        Map<String, String> texts = new LinkedHashMap<>();
        object(key)
                .ifPresent(object -> object.node
                        .properties()
                        .forEach(member -> texts.put(
                                member.getKey(),
                                object.optionalText(member.getKey()).orElse(""))));
        return texts;
    }

    /** The names of an object's members, in their order: how Go writes sets. */
    public List<String> keys(String key) {
        return object(key)
                .map(object ->
                        object.node.properties().stream().map(Map.Entry::getKey).toList())
                .orElse(List.of());
    }

    /** The names of all members, in their order. */
    public List<String> names() {
        return node.properties().stream().map(Map.Entry::getKey).toList();
    }

    private ImageException wrong(String key, String why) {
        return new ImageException(where + ": " + key + " " + why);
    }
}
