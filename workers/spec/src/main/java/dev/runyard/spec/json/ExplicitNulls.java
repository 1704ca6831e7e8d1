package dev.runyard.spec.json;

import com.fasterxml.jackson.databind.BeanDescription;
import com.fasterxml.jackson.databind.DeserializationConfig;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.PropertyName;
import com.fasterxml.jackson.databind.deser.BeanDeserializerBuilder;
import com.fasterxml.jackson.databind.deser.BeanDeserializerModifier;
import com.fasterxml.jackson.databind.deser.NullValueProvider;
import com.fasterxml.jackson.databind.deser.SettableBeanProperty;
import com.fasterxml.jackson.databind.exc.InvalidNullException;
import com.fasterxml.jackson.databind.module.SimpleModule;
import com.fasterxml.jackson.databind.util.AccessPattern;
import java.lang.reflect.RecordComponent;
import org.jspecify.annotations.Nullable;

/**
 * Refuses a written {@code null} for a record's component that is not {@code @Nullable}. A component left out is another
 * matter: the record gives it its default, or refuses.
 */
final class ExplicitNulls extends BeanDeserializerModifier {
    private static final long serialVersionUID = 1L;

    static SimpleModule module() {
        return new SimpleModule("runyard-strict").setDeserializerModifier(new ExplicitNulls());
    }

    @Override
    @SuppressWarnings("deprecation") // the variant with a supplier is newer than what some users of the mapper carry
    public BeanDeserializerBuilder updateBuilder(
            DeserializationConfig config, BeanDescription description, BeanDeserializerBuilder builder) {
        Class<?> type = description.getBeanClass();
        SettableBeanProperty[] creator = builder.getValueInstantiator().getFromObjectArguments(config);
        if (creator == null || !type.isRecord() || !type.getName().startsWith("dev.runyard.")) {
            return builder;
        }
        RecordComponent[] components = type.getRecordComponents();
        for (int i = 0; i < creator.length && i < components.length; i++) {
            RecordComponent component = components[i];
            boolean nullable = component.getAnnotatedType().isAnnotationPresent(Nullable.class);
            if (!nullable && !component.getType().isPrimitive() && creator[i] != null) {
                creator[i] = creator[i].withNullProvider(new Refusal(creator[i].getFullName(), component.getType()));
            }
        }
        return builder;
    }

    /** Absent is fine, null is not. */
    private record Refusal(PropertyName name, Class<?> type) implements NullValueProvider {
        @Override
        public @Nullable Object getNullValue(DeserializationContext context) throws JsonMappingException {
            throw InvalidNullException.from(context, name, null);
        }

        @Override
        public @Nullable Object getAbsentValue(DeserializationContext context) {
            return null;
        }

        @Override
        public AccessPattern getNullAccessPattern() {
            return AccessPattern.DYNAMIC;
        }
    }
}
