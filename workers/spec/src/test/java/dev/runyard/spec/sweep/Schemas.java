package dev.runyard.spec.sweep;

import com.fasterxml.jackson.core.util.DefaultIndenter;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.github.victools.jsonschema.generator.CustomDefinition;
import com.github.victools.jsonschema.generator.CustomDefinitionProviderV2;
import com.github.victools.jsonschema.generator.CustomPropertyDefinition;
import com.github.victools.jsonschema.generator.FieldScope;
import com.github.victools.jsonschema.generator.Option;
import com.github.victools.jsonschema.generator.OptionPreset;
import com.github.victools.jsonschema.generator.SchemaGenerationContext;
import com.github.victools.jsonschema.generator.SchemaGenerator;
import com.github.victools.jsonschema.generator.SchemaGeneratorConfigBuilder;
import com.github.victools.jsonschema.generator.SchemaVersion;
import com.github.victools.jsonschema.module.jackson.JacksonModule;
import com.github.victools.jsonschema.module.jackson.JacksonOption;
import dev.runyard.spec.Doc;
import dev.runyard.spec.Kind;
import dev.runyard.spec.dataset.DatasetPart;
import dev.runyard.spec.dataset.DatasetSpec;
import dev.runyard.spec.json.Json;
import dev.runyard.spec.pruner.PrunerSpec;
import dev.runyard.spec.run.CodeSpec;
import dev.runyard.spec.run.Placement;
import dev.runyard.spec.run.RunFields;
import dev.runyard.spec.run.RunSpec;
import dev.runyard.spec.run.SetupSpec;
import dev.runyard.spec.sampler.SamplerSpec;
import java.math.BigDecimal;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Makes the JSON schemas from the records: types and enums by reflection, words and ranges from {@link Doc}. */
final class Schemas {
    /** The least that each record takes. Its keys are what is required; what the record adds to it are the defaults. */
    static final Map<Class<?>, String> LEAST = least(
            RunSpec.class, "{\"dataset\":{\"id\":\"shapes\"}}",
            DatasetSpec.class, "{\"id\":\"shapes\"}",
            DatasetPart.class, "{\"id\":\"shapes\"}",
            CodeSpec.class, "{\"archive\":\"" + "0".repeat(64) + "\"}",
            SetupSpec.class, "{\"command\":[\"make\"]}",
            SweepSpec.class, "{\"base\":{}}",
            SamplerSpec.Random.class, "{\"runs\":20}",
            SamplerSpec.Sobol.class, "{\"runs\":20}",
            SamplerSpec.Tpe.class, "{\"runs\":20}",
            SamplerSpec.CmaEs.class, "{\"runs\":20}",
            SamplerSpec.Gp.class, "{\"runs\":20}",
            SamplerSpec.Nsga2.class, "{\"runs\":20}",
            SweepSpec.Objective.class, "{\"metric\":\"val/top1\"}",
            PrunerSpec.Threshold.class, "{\"min\":0.1}");

    private Schemas() {}

    private static Map<Class<?>, String> least(Object... each) {
        Map<Class<?>, String> out = new java.util.LinkedHashMap<>();
        for (int i = 0; i < each.length; i += 2) {
            out.put((Class<?>) each[i], (String) each[i + 1]);
        }
        return out;
    }

    static String run() throws Exception {
        return text(RunSpec.class, "Run");
    }

    static String sweep() throws Exception {
        return text(SweepSpec.class, "Sweep");
    }

    /** The values of a program's params are anybody's; of a map of them the generator makes one that has none. */
    private static void anyValues(ObjectNode spec) {
        ((ObjectNode) spec.at("/properties/params")).putObject("additionalProperties");
    }

    private static String text(Class<?> root, String title) throws Exception {
        ObjectNode schema = generator().generateSchema(root);
        ObjectNode out = Json.mapper().createObjectNode();
        out.set("$schema", schema.remove("$schema"));
        out.put("title", title);
        out.setAll(schema);
        // Beside oneOf it would refuse every field, because it sees those of its own object only.
        out.findParents("oneOf").forEach(node -> ((ObjectNode) node).remove("additionalProperties"));
        if (root == RunSpec.class) {
            out.remove("required");
            ObjectNode command = out.putObject("if");
            command.putObject("properties").putObject("task").put("const", "command");
            command.putArray("required").add("task");
            out.putObject("then").putArray("required").add("command");
            out.putObject("else").putArray("required").add("dataset");
            anyValues(out);
        }
        if (root == SweepSpec.class) {
            // An axis may give what the base leaves out; every point is checked as a whole.
            ObjectNode base = (ObjectNode) out.at("/properties/base");
            base.remove("required");
            ((ObjectNode) base.at("/properties/dataset")).remove("required");
            anyValues(base);
        }
        DefaultIndenter indenter = new DefaultIndenter("  ", "\n");
        DefaultPrettyPrinter printer =
                new DefaultPrettyPrinter().withObjectIndenter(indenter).withArrayIndenter(indenter);
        return Json.mapper().writer(printer).writeValueAsString(out) + "\n";
    }

    private static SchemaGenerator generator() {
        SchemaGeneratorConfigBuilder builder = new SchemaGeneratorConfigBuilder(
                        Json.mapper(), SchemaVersion.DRAFT_2020_12, OptionPreset.PLAIN_JSON)
                .with(Option.FORBIDDEN_ADDITIONAL_PROPERTIES_BY_DEFAULT, Option.INLINE_ALL_SCHEMAS)
                .with(new JacksonModule(
                        JacksonOption.FLATTENED_ENUMS_FROM_JSONPROPERTY, JacksonOption.SKIP_SUBTYPE_LOOKUP));
        builder.forTypesInGeneral()
                .withPropertySorter((a, b) -> 0)
                .withCustomDefinitionProvider((type, context) -> {
                    Class<?> raw = type.getErasedType();
                    return raw == JsonNode.class ? new CustomDefinition(object()) : null;
                })
                .withCustomDefinitionProvider(new Kinds());
        builder.forFields()
                .withTitleResolver(Schemas::title)
                .withDescriptionResolver(f -> f.isFakeContainerItemScope() ? null : doc(f).value())
                .withRequiredCheck(f -> least(f).has(f.getName()))
                .withDefaultResolver(Schemas::defaultOf)
                .withNumberInclusiveMinimumResolver(f -> bound(doc(f).min()))
                .withNumberExclusiveMinimumResolver(f -> bound(doc(f).above()))
                .withNumberInclusiveMaximumResolver(f -> bound(doc(f).max()))
                .withEnumResolver(Schemas::ids)
                .withArrayUniqueItemsResolver(
                        f -> f.getName().equals("seeds") && !f.isFakeContainerItemScope() ? true : null)
                .withCustomDefinitionProvider(Schemas::property);
        return new SchemaGenerator(builder.build());
    }

    /** A sealed interface: one of its kinds, each told by a constant. */
    private static final class Kinds implements CustomDefinitionProviderV2 {
        @Override
        public CustomDefinition provideCustomSchemaDefinition(
                com.fasterxml.classmate.ResolvedType type, SchemaGenerationContext context) {
            List<Kind> kinds = Kind.of(type.getErasedType());
            if (kinds.isEmpty() || !type.getErasedType().isInterface()) {
                return null;
            }
            ObjectNode out = object();
            ArrayNode oneOf = out.putArray("oneOf");
            for (Kind one : kinds) {
                ObjectNode standard = context.createStandardDefinition(
                        context.getTypeContext().resolve(one.type()), this);
                ObjectNode kind = oneOf.addObject();
                Doc doc = one.type().getAnnotation(Doc.class);
                kind.put("title", doc.title()).put("description", doc.value()).put("type", "object");
                ObjectNode properties = kind.putObject("properties");
                properties.putObject("kind").put("const", one.name());
                if (standard.get("properties") instanceof ObjectNode own) {
                    properties.setAll(own);
                }
                ArrayNode required = kind.putArray("required").add("kind");
                standard.path("required").forEach(required::add);
                kind.put("additionalProperties", false);
            }
            return new CustomDefinition(out);
        }
    }

    private static @Nullable List<String> ids(FieldScope field) {
        if (!field.getName().equals("id")) {
            return null;
        }
        if (declaredIn(field, DatasetPart.class)) {
            return DatasetPart.IDS;
        }
        return declaredIn(field, DatasetSpec.class) ? DatasetSpec.IDS : null;
    }

    private static CustomPropertyDefinition property(FieldScope field, SchemaGenerationContext context) {
        ObjectNode out = object();
        if (declaredIn(field, Placement.class) && field.getName().equals("labels")) {
            out.put("type", "object").putObject("additionalProperties").put("type", "string");
            return new CustomPropertyDefinition(out);
        }
        if (declaredIn(field, RunSpec.class) && List.of("params", "env").contains(field.getName())) {
            out.put("type", "object");
            if (field.getName().equals("env")) {
                out.putObject("additionalProperties").put("type", "string");
            }
            return new CustomPropertyDefinition(out);
        }
        if (!declaredIn(field, SweepSpec.class)) {
            return null;
        }
        switch (field.getName()) {
            case "base" -> out = standard(context, RunSpec.class);
            case "axes" -> {
                out.put("type", "object");
                out.set("propertyNames", paths());
                out.set("additionalProperties", axis());
            }
            case "include", "enqueue" -> {
                ObjectNode point = out.put("type", "array").putObject("items").put("type", "object");
                point.set("propertyNames", paths());
            }
            default -> {
                return null;
            }
        }
        return new CustomPropertyDefinition(out);
    }

    private static ObjectNode standard(SchemaGenerationContext context, Class<?> type) {
        return context.createStandardDefinition(context.getTypeContext().resolve(type), null);
    }

    private static ObjectNode paths() {
        ObjectNode out = object();
        ArrayNode choices = out.putArray("anyOf");
        ArrayNode names = choices.addObject().putArray("enum");
        RunFields.paths().forEach(names::add);
        choices.addObject().put("pattern", "^" + RunFields.INSIDE + "$");
        return out;
    }

    private static ObjectNode axis() {
        ObjectNode out = object();
        ArrayNode oneOf = out.putArray("oneOf");
        oneOf.addObject()
                .put("title", "List")
                .put("description", "Each of these values.")
                .put("type", "array")
                .put("minItems", 1)
                .put("uniqueItems", true);
        bounds(oneOf, "uniform", "Uniform", "Reals in [lo, hi).", "number");
        bounds(oneOf, "logUniform", "Log-uniform", "Reals in [lo, hi) with a uniform logarithm; lo > 0.", "number");
        ObjectNode integers =
                bounds(oneOf, "integers", "Integers", "Whole numbers lo to hi, both included.", "integer");
        integers.putObject("step").put("type", "integer").put("minimum", 1).put("description", "Left out: 1.");
        integers.putObject("log").put("type", "boolean").put("description", "Even in the logarithm; lo > 0.");
        bounds(oneOf, "normal", "Normal", "Reals with a mean and a standard deviation: [mean, std].", "number");
        bounds(oneOf, "logNormal", "Log-normal", "Reals whose natural logarithm is normal: [mean, std].", "number");
        ObjectNode choice = kind(oneOf, "Choice", "Each of these values; as a list, but with room for when.", "choice");
        choice.putObject("choice").put("type", "array").put("minItems", 1).put("uniqueItems", true);
        kind(oneOf, "Constant", "Always this value.", "constant").putObject("constant");
        return out;
    }

    /** One kind of axis, with the condition that each may have. */
    private static ObjectNode kind(ArrayNode oneOf, String title, String description, String key) {
        ObjectNode kind = oneOf.addObject()
                .put("title", title)
                .put("description", description)
                .put("type", "object");
        ObjectNode properties = kind.putObject("properties");
        properties
                .putObject("when")
                .put("type", "object")
                .put("description", "There only where these axes have these values.");
        kind.putArray("required").add(key);
        kind.put("additionalProperties", false);
        return properties;
    }

    private static ObjectNode bounds(ArrayNode oneOf, String key, String title, String description, String type) {
        ObjectNode properties = kind(oneOf, title, description, key);
        ObjectNode list = properties.putObject(key).put("type", "array");
        list.putObject("items").put("type", type);
        list.put("minItems", 2).put("maxItems", 2);
        return properties;
    }

    private static ObjectNode object() {
        return Json.mapper().createObjectNode();
    }

    private static boolean declaredIn(FieldScope field, Class<?> type) {
        return field.getDeclaringType().getErasedType() == type;
    }

    private static Doc doc(FieldScope field) {
        if (field.isFakeContainerItemScope()) {
            return NONE;
        }
        Doc doc = field.getRawMember().getAnnotation(Doc.class);
        if (doc == null) {
            throw new IllegalStateException(
                    field.getDeclaringType().getErasedType() + "." + field.getName() + " has no @Doc: say what it is");
        }
        return doc;
    }

    @Doc("")
    private interface Undocumented {}

    private static final Doc NONE = Undocumented.class.getAnnotation(Doc.class);

    /** learningRate: "Learning rate". */
    private static String title(FieldScope field) {
        if (field.isFakeContainerItemScope()) {
            return null;
        }
        if (!doc(field).title().isEmpty()) {
            return doc(field).title();
        }
        String words = field.getName().replaceAll("([A-Z])", " $1").toLowerCase(Locale.ROOT);
        return Character.toUpperCase(words.charAt(0)) + words.substring(1);
    }

    private static BigDecimal bound(double value) {
        return Double.isFinite(value) ? plain(new BigDecimal(Double.toString(value)).stripTrailingZeros()) : null;
    }

    /** 10, not 1E+1. */
    private static BigDecimal plain(BigDecimal number) {
        return number.scale() < 0 ? number.setScale(0) : number;
    }

    private static JsonNode least(FieldScope field) {
        return Json.tree(LEAST.getOrDefault(field.getDeclaringType().getErasedType(), "{}"));
    }

    private static Object defaultOf(FieldScope field) {
        if (field.isFakeContainerItemScope()
                || doc(field).derived()
                || least(field).has(field.getName())) {
            return null;
        }
        Class<?> type = field.getDeclaringType().getErasedType();
        JsonNode value = Json.mapper().valueToTree(bind(least(field), type)).get(field.getName());
        boolean empty = value == null || value.isNull() || value.isContainerNode() && value.isEmpty();
        // An object's own fields name their defaults; only where kinds differ must the whole be told.
        boolean told = empty
                || value.isObject() && !field.getType().getErasedType().isInterface()
                || declaredIn(field, DatasetSpec.class) && value.isInt();
        return told ? null : value;
    }

    private static Object bind(JsonNode least, Class<?> type) {
        for (Class<?> parent : type.getInterfaces()) {
            for (Kind kind : Kind.of(parent)) {
                if (kind.type() == type) {
                    return Json.read(((ObjectNode) least).put("kind", kind.name()), parent);
                }
            }
        }
        return Json.read(least, type);
    }
}
