package dev.runyard.spec.run;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import dev.runyard.spec.HostPath;
import dev.runyard.spec.Kind;
import dev.runyard.spec.model.BackboneSpec;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.util.Collections;
import java.util.Iterator;
import java.util.Set;
import java.util.TreeSet;

/**
 * The files and folders that a document names: a run spec, a request for a run, or a sweep with its axes and further points. Read off
 * the records, so that a field that is one is marked in one place. What is not a text, or is the name of a shipped backbone, is no path.
 */
public final class HostPaths {
    private static final Set<String> FIELDS = collect();

    private HostPaths() {}

    /** What becomes of a path. */
    @FunctionalInterface
    public interface Change {
        /**
         * @param field dotted path of the field in a run spec
         * @param path as it was written
         * @return what stands there afterwards
         */
        String of(String field, String path);
    }

    /** Dotted paths of the fields of a run spec that hold one; those in lists are named without a place. */
    public static Set<String> fields() {
        return FIELDS;
    }

    /** A copy of the document with each path changed. */
    public static ObjectNode change(ObjectNode document, Change change) {
        ObjectNode out = document.deepCopy();
        if (out.has("base")) {
            at("", out.path("base"), change);
            points(out.path("axes"), change);
            out.path("include").forEach(point -> points(point, change));
        } else {
            at("", out.has("spec") ? out.path("spec") : out, change);
        }
        return out;
    }

    /** Dotted paths to a value, or to the list of values it takes. */
    private static void points(JsonNode paths, Change change) {
        if (paths instanceof ObjectNode object) {
            for (Iterator<String> names = object.fieldNames(); names.hasNext(); ) {
                String path = names.next();
                object.set(path, at(path, object.get(path), change));
            }
        }
    }

    private static JsonNode at(String field, JsonNode value, Change change) {
        if (value instanceof ObjectNode object) {
            for (Iterator<String> names = object.fieldNames(); names.hasNext(); ) {
                String name = names.next();
                object.set(name, at(field.isEmpty() ? name : field + "." + name, object.get(name), change));
            }
        } else if (value instanceof ArrayNode array) {
            for (int i = 0; i < array.size(); i++) {
                array.set(i, at(field, array.get(i), change));
            }
        } else if (value.isTextual() && FIELDS.contains(field) && !shipped(field, value.textValue())) {
            return TextNode.valueOf(change.of(field, value.textValue()));
        }
        return value;
    }

    private static boolean shipped(String field, String value) {
        boolean asked = value.startsWith("http://") || value.startsWith("https://"); // backbone.encoder, written out
        return field.equals("backbone.weights") && (asked || BackboneSpec.SHIPPED.contains(value));
    }

    private static Set<String> collect() {
        Set<String> out = new TreeSet<>();
        ofRecord(RunSpec.class, "", out);
        return Collections.unmodifiableSet(out);
    }

    private static void ofRecord(Class<?> type, String prefix, Set<String> out) {
        for (RecordComponent component : type.getRecordComponents()) {
            String path = prefix + component.getName();
            if (component.isAnnotationPresent(HostPath.class)) {
                out.add(path);
            }
            ofType(component.getGenericType(), path + ".", out);
        }
    }

    private static void ofType(Type type, String prefix, Set<String> out) {
        if (type instanceof ParameterizedType list) {
            for (Type item : list.getActualTypeArguments()) {
                ofType(item, prefix, out);
            }
        } else if (type instanceof Class<?> known && known.isRecord()) {
            ofRecord(known, prefix, out);
        } else if (type instanceof Class<?> known) {
            Kind.of(known).forEach(kind -> ofRecord(kind.type(), prefix, out));
        }
    }
}
