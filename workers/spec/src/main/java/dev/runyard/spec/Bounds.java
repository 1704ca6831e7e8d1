package dev.runyard.spec;

import java.lang.reflect.RecordComponent;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Holds numbers of a record against the range in their {@link Doc}. */
public final class Bounds {
    private static final ClassValue<Map<String, Doc>> DOCS = new ClassValue<>() {
        @Override
        protected Map<String, Doc> computeValue(Class<?> type) {
            Map<String, Doc> docs = new HashMap<>();
            for (RecordComponent component : type.getRecordComponents()) {
                Doc doc = component.getAnnotation(Doc.class);
                if (doc != null) {
                    docs.put(component.getName(), doc);
                }
            }
            return docs;
        }
    };

    private Bounds() {}

    /**
     * @param type the record
     * @param component its component's name
     * @param given null: left out, which every range allows
     * @throws InvalidSpec NOT_FINITE or OUT_OF_RANGE, showing the range
     */
    public static void check(Class<? extends Record> type, String component, @Nullable Number given) {
        if (given == null) {
            return;
        }
        double value = given.doubleValue();
        Doc doc = DOCS.get(type).get(component);
        if (doc == null) {
            throw new IllegalStateException(type.getSimpleName() + "." + component + " has no range");
        }
        if (!Double.isFinite(value)) {
            throw new InvalidSpec("NOT_FINITE", component, given, "must be a finite number", "write a number");
        }
        if (value < doc.min() || value <= doc.above() || value > doc.max()) {
            boolean open = doc.above() > doc.min();
            String range = (open ? "(" + plain(doc.above()) : "[" + plain(doc.min())) + ", " + plain(doc.max()) + "]";
            throw new InvalidSpec("OUT_OF_RANGE", component, given, "must lie in " + range, remedy(doc, value));
        }
    }

    private static String remedy(Doc doc, double value) {
        if (value > doc.max()) {
            return "write " + plain(doc.max()) + " or less";
        }
        return doc.above() > doc.min()
                ? "write more than " + plain(doc.above())
                : "write " + plain(doc.min()) + " or more";
    }

    private static String plain(double d) {
        return d == Math.rint(d) && Math.abs(d) < 1e15 ? String.format(Locale.ROOT, "%.0f", d) : Double.toString(d);
    }
}
