package dev.runyard.spec.json;

import com.fasterxml.jackson.annotation.JsonSetter;
import com.fasterxml.jackson.annotation.Nulls;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.StreamWriteFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.cfg.CoercionAction;
import com.fasterxml.jackson.databind.cfg.CoercionInputShape;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.type.LogicalType;
import dev.runyard.spec.InvalidSpec;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.TreeMap;

/**
 * JSON as Runyard reads and writes it. Nothing is converted silently: an unknown key, a key given twice, text behind the end, a
 * null where a value belongs, a number written as a string, a fraction for a whole number are all refused by name.
 */
public final class Json {
    private static final ObjectMapper MAPPER = configure(new JsonMapper());

    private Json() {}

    /** The strict mapper. Shared; copy it before changing it. */
    public static ObjectMapper mapper() {
        return MAPPER;
    }

    /** Makes a mapper that something else created, such as the service's, as strict as {@link #mapper()}; returns it. */
    @SuppressWarnings("deprecation") // the builder cannot change a mapper that exists
    public static ObjectMapper configure(ObjectMapper mapper) {
        JsonFactory factory = mapper.getFactory();
        factory.configure(StreamReadFeature.STRICT_DUPLICATE_DETECTION.mappedFeature(), true);
        factory.configure(StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION.mappedFeature(), false);
        // Doubles as JDK 19 and newer print them, on every JDK: a spec's hash must not depend on the JVM.
        factory.configure(StreamWriteFeature.USE_FAST_DOUBLE_WRITER.mappedFeature(), true);
        mapper.configure(MapperFeature.ALLOW_COERCION_OF_SCALARS, false);
        mapper.enable(
                DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES,
                DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES,
                DeserializationFeature.FAIL_ON_TRAILING_TOKENS,
                DeserializationFeature.FAIL_ON_NUMBERS_FOR_ENUMS,
                DeserializationFeature.FAIL_ON_READING_DUP_TREE_KEY);
        mapper.disable(DeserializationFeature.ACCEPT_FLOAT_AS_INT);
        mapper.disable(SerializationFeature.WRITE_DATES_AS_TIMESTAMPS, SerializationFeature.FAIL_ON_EMPTY_BEANS);
        mapper.setDefaultSetterInfo(JsonSetter.Value.forContentNulls(Nulls.FAIL));
        mapper.coercionConfigDefaults()
                .setCoercion(CoercionInputShape.EmptyString, CoercionAction.Fail)
                .setAcceptBlankAsEmpty(false);
        mapper.coercionConfigFor(LogicalType.Textual)
                .setCoercion(CoercionInputShape.Integer, CoercionAction.Fail)
                .setCoercion(CoercionInputShape.Float, CoercionAction.Fail)
                .setCoercion(CoercionInputShape.Boolean, CoercionAction.Fail);
        mapper.registerModule(ExplicitNulls.module());
        return mapper;
    }

    /**
     * Reads text.
     *
     * @throws MalformedJson when it is not JSON
     * @throws InvalidSpec when it is not a {@code type}
     */
    public static <T> T read(String text, Class<T> type) {
        return read(tree(text), type);
    }

    /** As {@link #read(String, Class)}, of UTF-8. */
    public static <T> T read(byte[] utf8, Class<T> type) {
        try {
            return read(
                    StandardCharsets.UTF_8
                            .newDecoder()
                            .decode(ByteBuffer.wrap(utf8))
                            .toString(),
                    type);
        } catch (CharacterCodingException e) {
            throw new MalformedJson(1, 1, "the text is not UTF-8");
        }
    }

    /**
     * Binds a tree to a record.
     *
     * @throws InvalidSpec with the whole dotted path of what is wrong
     */
    public static <T> T read(JsonNode tree, Class<T> type) {
        try {
            T value = MAPPER.treeToValue(tree, type);
            if (value == null) {
                throw new InvalidSpec("WRONG_TYPE", "", "null", "must be " + Refusals.expected(type), null);
            }
            return value;
        } catch (JsonProcessingException e) {
            throw Refusals.of(e, tree);
        }
    }

    /**
     * Text to a tree.
     *
     * @throws MalformedJson when it is not JSON, holds a key twice, or goes on after its end
     */
    public static JsonNode tree(String text) {
        String body = text.startsWith("\uFEFF") ? text.substring(1) : text;
        try {
            JsonNode tree = MAPPER.readTree(body);
            if (tree == null || tree.isMissingNode()) {
                throw new MalformedJson(1, 1, "the text is empty");
            }
            return tree;
        } catch (JsonProcessingException e) {
            throw Refusals.malformed(e);
        }
    }

    /**
     * What a mapper's exception means to whoever sent the text: an {@link InvalidSpec} or a {@link MalformedJson}. For callers
     * that let a framework read the body.
     */
    public static RuntimeException refusal(JsonProcessingException e) {
        return Refusals.of(e, null);
    }

    /**
     * YAML or JSON text to a tree; at most 1 MB, no tags, few aliases. Scalars mean what JSON means by them: {@code no} is a
     * text, {@code 1e-3} a number.
     *
     * @throws InvalidSpec BAD_YAML with line and column
     */
    public static ObjectNode yaml(String text) {
        return Yaml.read(text);
    }

    /** JSON without spaces, keys sorted: equal values give equal text, on every machine and JDK. */
    public static String canonical(Object value) {
        try {
            return MAPPER.writeValueAsString(sorted(MAPPER.valueToTree(value)));
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException("cannot be written as JSON: " + e.getOriginalMessage(), e);
        }
    }

    private static JsonNode sorted(JsonNode node) {
        if (node instanceof ObjectNode object) {
            TreeMap<String, JsonNode> fields = new TreeMap<>();
            object.properties().forEach(e -> fields.put(e.getKey(), sorted(e.getValue())));
            ObjectNode out = MAPPER.createObjectNode();
            out.setAll(fields);
            return out;
        }
        if (node instanceof ArrayNode array) {
            ArrayNode out = MAPPER.createArrayNode();
            array.forEach(item -> out.add(sorted(item)));
            return out;
        }
        return node;
    }
}
