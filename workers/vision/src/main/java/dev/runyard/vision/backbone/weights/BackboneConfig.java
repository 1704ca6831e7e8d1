package dev.runyard.vision.backbone.weights;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import dev.runyard.vision.backbone.vit.VisionTransformer;
import dev.runyard.vision.backbone.vit.VitShape.Activation;
import dev.runyard.vision.backbone.vit.VitShape.Naming;
import dev.runyard.vision.image.Resize.Filter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;

/**
 * What the maker of a file of weights says of it beyond the tensors: Runyard's own flat {@code config.json}, Hugging Face's, timm's, or
 * open_clip's {@code open_clip_config.json}. Every field may be missing; of three of them the maker's code fills in what is, so that
 * its default is known and not guessed. Whatever says that the model computes something else than {@link VisionTransformer} or
 * {@link dev.runyard.vision.text.TextTransformer} is refused. Messages never repeat what is in the file.
 */
public final class BackboneConfig {
    private static final long LARGEST = 1 << 20;
    private static final String OPEN_CLIP_CONFIG = "open_clip_config.json";
    private static final String PREPROCESSOR = "preprocessor_config.json";

    /** Whose form it has. */
    private enum Maker {
        /** There is no file, or it has Runyard's own form, where nothing has a default. */
        OWN,
        HUGGING_FACE,
        TIMM,
        OPEN_CLIP
    }

    private final String file;
    private final JsonNode root;
    private final Maker maker;
    private final boolean text;
    private final List<JsonNode> places;

    private BackboneConfig(String file, JsonNode root, Maker maker, boolean text, List<JsonNode> places) {
        this.file = file;
        this.root = root;
        this.maker = maker;
        this.text = text;
        this.places = places.stream().filter(JsonNode::isObject).toList();
    }

    /**
     * The configuration beside weights; an empty one when there is none.
     *
     * @param configuration the {@code config.json} beside them; open_clip's own file beside it is looked at too, first for weights that
     *     are named as open_clip names them
     */
    public static BackboneConfig read(Path configuration, Naming naming) throws IOException {
        Path openClip = configuration.resolveSibling(OPEN_CLIP_CONFIG);
        boolean first = naming == Naming.OPENAI_CLIP ? Files.exists(openClip) : !Files.exists(configuration);
        Path file = first && Files.exists(openClip) ? openClip : configuration;
        JsonNode root = json(file);
        Maker maker = maker(root);
        List<JsonNode> places = new ArrayList<>();
        for (String place : List.of("fields", "vision_config", "model_args", "pretrained_cfg", "constructor")) {
            places.add(root.path(place));
        }
        places.add(root.path("model_cfg").path("vision_cfg"));
        places.add(root.path("preprocess_cfg"));
        places.add(root);
        if (maker == Maker.HUGGING_FACE) {
            places.add(json(file.resolveSibling(PREPROCESSOR)));
        }
        return new BackboneConfig(String.valueOf(file.getFileName()), root, maker, false, places);
    }

    private static Maker maker(JsonNode root) {
        if (root.path("model_cfg").isObject()) {
            return Maker.OPEN_CLIP;
        }
        if (root.has("architecture")) {
            return Maker.TIMM;
        }
        return root.has("model_type") || root.has("vision_config") ? Maker.HUGGING_FACE : Maker.OWN;
    }

    private static JsonNode json(Path file) throws IOException {
        return Files.exists(file, LinkOption.NOFOLLOW_LINKS)
                ? WeightFiles.json(file, LARGEST)
                : MissingNode.getInstance();
    }

    /** What the file says of the model's text tower alone. */
    public BackboneConfig text() {
        List<JsonNode> found = new ArrayList<>(List.of(
                root.path("text"),
                root.path("fields").path("text"),
                root.path("text_config"),
                root.path("model_cfg").path("text_cfg")));
        if (root.path("model_type").asText().equals("clip_text_model")) {
            found.add(root);
        }
        return new BackboneConfig(file, root, maker, true, found);
    }

    /** The vision tower's heads; empty where the maker leaves them open. */
    public OptionalInt heads(int width) throws WeightsException {
        OptionalInt told = heads();
        if (told.isPresent()) {
            return told;
        }
        return switch (maker) {
            case OWN -> OptionalInt.empty();
            case HUGGING_FACE -> OptionalInt.of(12);
            case TIMM -> divided(width, architecture().headWidth());
            case OPEN_CLIP -> divided(width, whole("head_width").orElse(64));
        };
    }

    private OptionalInt divided(int width, int headWidth) throws WeightsException {
        if (width % headWidth != 0) {
            throw new WeightsException(
                    file + ": says " + headWidth + " numbers a head, which do not divide the width of " + width
                            + "; give the number of heads in Runyard's own config.json");
        }
        return OptionalInt.of(width / headWidth);
    }

    /** The text tower's heads, on what {@link #text} gave; empty where the maker leaves them open. */
    public OptionalInt textHeads() throws WeightsException {
        OptionalInt told = heads();
        boolean known = maker == Maker.HUGGING_FACE || maker == Maker.OPEN_CLIP;
        return told.isPresent() || !known ? told : OptionalInt.of(8);
    }

    private OptionalInt heads() throws WeightsException {
        return whole("heads", "num_attention_heads", "num_heads");
    }

    /** Hugging Face's {@code eos_token_id}. */
    public OptionalInt endToken() throws WeightsException {
        return whole(0, Integer.MAX_VALUE, "eos_token_id");
    }

    public OptionalInt imageSize() throws WeightsException {
        for (JsonNode node : found("image_size", "image", "img_size", "input_size")) {
            List<JsonNode> sizes = new ArrayList<>();
            if (node.isArray()) {
                node.forEach(sizes::add);
            } else {
                sizes.add(node);
            }
            if (sizes.size() == 3) {
                sizes.remove(0); // timm: channels, height, width
            }
            if (sizes.isEmpty() || sizes.stream().anyMatch(size -> !size.equals(sizes.get(0)))) {
                throw wrong("image_size", "the side of a square");
            }
            return OptionalInt.of(whole(sizes.get(0), "image_size", 1, 100_000));
        }
        return OptionalInt.empty();
    }

    public OptionalInt patch() throws WeightsException {
        return whole("patch", "patch_size");
    }

    public OptionalInt width() throws WeightsException {
        return whole("width", "hidden_size", "num_features");
    }

    public OptionalInt depth() throws WeightsException {
        return whole("layers", "num_hidden_layers");
    }

    /**
     * Register tokens that the maker says there are; empty where nobody does.
     *
     * @throws WeightsException when it is no small number
     */
    public OptionalInt registers() throws WeightsException {
        OptionalInt told = whole(0, 1_000, "reg_tokens", "num_register_tokens");
        if (told.isEmpty() && maker == Maker.TIMM) {
            return architecture().registers();
        }
        return told;
    }

    /** Whether the maker says that the positions are those of the patches alone. */
    public boolean patchPositionsOnly() {
        return root.path("model_args").path("no_embed_class").asBoolean();
    }

    /** Whether it is the configuration of Hugging Face's DINOv2. */
    public boolean dinov2() {
        return root.path("model_type").asText().startsWith("dinov2");
    }

    /** Of every layer norm; empty where the maker leaves it open. */
    public OptionalDouble eps() throws WeightsException {
        List<JsonNode> told = new ArrayList<>(found("eps", "layer_norm_eps"));
        for (JsonNode norm : found("norm_kwargs")) {
            if (norm.has("eps")) {
                told.add(norm.get("eps"));
            }
        }
        for (JsonNode node : told) {
            if (!node.isNumber() || !(node.doubleValue() > 0) || node.doubleValue() > 1) {
                throw wrong("eps", "a number in (0, 1]");
            }
            return OptionalDouble.of(node.doubleValue());
        }
        return switch (maker) {
            case OWN -> OptionalDouble.empty();
            case HUGGING_FACE -> OptionalDouble.of(dinov2() ? 1e-6 : 1e-5);
            case OPEN_CLIP -> OptionalDouble.of(1e-5);
            case TIMM -> OptionalDouble.of(architecture().eps());
        };
    }

    /** Inside the MLPs; empty where the maker leaves it open. */
    public Optional<Activation> activation() throws WeightsException {
        for (JsonNode node : found("activation", "hidden_act", "act_layer")) {
            String name = node.asText().toLowerCase(Locale.ROOT);
            if (name.startsWith("quick_gelu") || name.startsWith("quickgelu")) {
                return Optional.of(Activation.QUICK_GELU);
            }
            if (name.equals("gelu") || name.equals("gelu (erf)")) {
                return Optional.of(Activation.GELU);
            }
            throw wrong("activation", "quick_gelu or gelu");
        }
        return switch (maker) {
            case OWN -> Optional.empty();
            case HUGGING_FACE -> Optional.of(dinov2() ? Activation.GELU : Activation.QUICK_GELU);
            case TIMM -> Optional.of(architecture().activation());
            case OPEN_CLIP ->
                Optional.of(
                        root.path("model_cfg").path("quick_gelu").asBoolean()
                                ? Activation.QUICK_GELU
                                : Activation.GELU);
        };
    }

    private TimmArchitecture architecture() throws WeightsException {
        return TimmArchitecture.of(root.path("architecture").asText())
                .orElseThrow(() -> new WeightsException(file + ": its architecture is not one of timm's plain vision"
                        + " transformers (vit_SIZE_patchN…, deit_SIZE_patchN…) that pool the class token; only those"
                        + " are read"));
    }

    public Optional<List<Double>> channels(String mean) throws WeightsException {
        for (JsonNode node : found(mean, "image_" + mean)) {
            List<Double> out = new ArrayList<>();
            node.forEach(v -> out.add(v.isNumber() ? v.doubleValue() : Double.NaN));
            boolean good = out.size() == 3 && out.stream().allMatch(Double::isFinite);
            if (!good || (mean.equals("std") && out.stream().anyMatch(v -> v <= 0))) {
                throw wrong(mean, "three numbers");
            }
            return Optional.of(List.copyOf(out));
        }
        return Optional.empty();
    }

    /** Of the resize in front of the model; empty where nobody says. */
    public Optional<Filter> interpolation() throws WeightsException {
        for (JsonNode node : found("interpolation", "resample")) {
            switch (node.asText().toLowerCase(Locale.ROOT)) {
                case "bicubic", "3" -> {
                    return Optional.of(Filter.BICUBIC);
                }
                case "bilinear", "2" -> {
                    return Optional.of(Filter.BILINEAR);
                }
                default -> throw wrong("interpolation", "bicubic or bilinear");
            }
        }
        return maker == Maker.OPEN_CLIP || maker == Maker.TIMM ? Optional.of(Filter.BICUBIC) : Optional.empty();
    }

    /** Share of the resized shorter side that is cut out; empty where nobody says. */
    public OptionalDouble crop() throws WeightsException {
        for (JsonNode mode : found("crop_mode", "resize_mode")) {
            if (!List.of("center", "shortest").contains(mode.asText().toLowerCase(Locale.ROOT))) {
                throw wrong("crop_mode", "center, or its resize_mode not shortest");
            }
        }
        for (JsonNode node : found("crop_pct")) {
            if (!node.isNumber() || !(node.doubleValue() > 0) || node.doubleValue() > 1) {
                throw wrong("crop_pct", "a number in (0, 1]");
            }
            return OptionalDouble.of(node.doubleValue());
        }
        for (JsonNode size : found("size")) {
            JsonNode edge = size.path("shortest_edge");
            JsonNode cut = found("crop_size").stream().findFirst().orElse(MissingNode.getInstance());
            int side = cut.isInt() ? cut.intValue() : cut.path("height").asInt(0);
            if (edge.isInt() && side > 0 && side <= edge.intValue()) {
                return OptionalDouble.of((double) side / edge.intValue());
            }
        }
        return switch (maker) {
            case OPEN_CLIP -> OptionalDouble.of(1);
            case TIMM -> OptionalDouble.of(0.875); // timm.data.constants.DEFAULT_CROP_PCT
            case OWN, HUGGING_FACE -> OptionalDouble.empty();
        };
    }

    /** The names of the head's classes in the order of its outputs; empty where nobody says them, or says another number of them. */
    public List<String> labels(int classes) {
        for (JsonNode node : found("labels", "label_names", "id2label")) {
            List<String> names = new ArrayList<>();
            for (int i = 0; i < node.size(); i++) {
                names.add(
                        node.isArray()
                                ? node.get(i).asText()
                                : node.path(Integer.toString(i)).asText());
            }
            if (names.size() == classes && names.stream().noneMatch(String::isBlank)) {
                return List.copyOf(names);
            }
        }
        return List.of();
    }

    /** Whether it says that the class token is what the tower gives. */
    public boolean tellsPooling() {
        return maker != Maker.OWN || !found("pooling").isEmpty();
    }

    /** @throws WeightsException when it describes a model that computes something else than ours */
    public void refuseOthers() throws WeightsException {
        if (!text) {
            for (JsonNode pooling : found("pooling", "global_pool")) {
                OtherModels.refusePooling(file, pooling.asText());
            }
        }
        switch (maker) {
            case OWN -> {}
            case HUGGING_FACE ->
                OtherModels.refuseHuggingFace(file, root, root.path(text ? "text_config" : "vision_config"));
            case TIMM -> {
                architecture();
                OtherModels.refuseTimm(file, root.path("model_args"));
            }
            case OPEN_CLIP -> {
                JsonNode model = root.path("model_cfg");
                if (text) {
                    OtherModels.refuseOpenClipText(file, model.path("text_cfg"));
                } else {
                    OtherModels.refuseOpenClipVision(file, model.path("vision_cfg"));
                }
            }
        }
    }

    private OptionalInt whole(String... names) throws WeightsException {
        return whole(1, 100_000, names);
    }

    private OptionalInt whole(int least, int most, String... names) throws WeightsException {
        for (JsonNode node : found(names)) {
            JsonNode value = node.isArray() && !node.isEmpty() ? node.get(0) : node;
            for (JsonNode other : node) {
                if (!other.equals(value)) {
                    throw wrong(names[0], "one number");
                }
            }
            return OptionalInt.of(whole(value, names[0], least, most));
        }
        return OptionalInt.empty();
    }

    private int whole(JsonNode value, String field, int least, int most) throws WeightsException {
        if (!value.isIntegralNumber() || value.longValue() < least || value.longValue() > most) {
            throw wrong(field, "a whole number from " + least + " to " + most);
        }
        return value.intValue();
    }

    private List<JsonNode> found(String... names) {
        List<JsonNode> out = new ArrayList<>();
        for (JsonNode place : places) {
            for (String name : names) {
                if (place.has(name) && !place.get(name).isNull()) {
                    out.add(place.get(name));
                }
            }
        }
        return out;
    }

    /** The name of the file that was read. */
    public String file() {
        return file;
    }

    private WeightsException wrong(String field, String wanted) {
        return new WeightsException(file + ": its " + field + " is not " + wanted);
    }
}
