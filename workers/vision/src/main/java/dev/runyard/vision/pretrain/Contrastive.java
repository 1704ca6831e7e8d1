package dev.runyard.vision.pretrain;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.NDScope;
import dev.runyard.spec.training.ClipSpec;
import dev.runyard.spec.training.PretrainSpec;
import dev.runyard.vision.backbone.BackboneFiles;
import dev.runyard.vision.backbone.vit.VisionTransformer;
import dev.runyard.vision.backbone.vit.VitShape;
import dev.runyard.vision.backbone.vit.VitShape.Activation;
import dev.runyard.vision.backbone.weights.Entry;
import dev.runyard.vision.image.Draws;
import dev.runyard.vision.method.net.Init;
import dev.runyard.vision.nd.Nn;
import dev.runyard.vision.nd.Tensors;
import dev.runyard.vision.nd.Torch;
import dev.runyard.vision.text.Merges;
import dev.runyard.vision.text.TextShape;
import dev.runyard.vision.text.TextTransformer;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/**
 * CLIP's loss (Radford et al. 2021, figure 3) where the texts are the names of the classes. A batch holds several images of one class,
 * for which CLIP's own form would call the same text right for one and wrong for another. So a step has one text for each class of its
 * batch: from an image to the texts exactly one is right; from a text to the images all of its class are, with equal shares.
 *
 * <p>Letters: n images, u classes in the batch, C classes, d embedding.
 */
final class Contrastive implements NewBackbone {
    private static final String SCALE = "logit_scale";
    private static final double LARGEST_SCALE = Math.log(100);

    /** Key of the draws of templates among those of images, which count from 0; −1 is the shuffle's. */
    private static final long TEMPLATE = -2;

    private final VitShape shape;
    private final TextShape textShape;
    private final ClassTexts texts;
    private final long seed;
    private final VisionTransformer images;
    private final TextTransformer words;
    private final NDManager manager = Torch.manager();
    private final Tensors parameters;
    private final Tensors buffers = new Tensors(Map.of());
    private @Nullable NDArray classFeatures; // [C, d] of the parameters as they are

    Contrastive(PretrainSpec spec, List<String> classNames, long seed) {
        this.seed = seed;
        ClipSpec clip = Objects.requireNonNull(spec.clip());
        shape = NewVit.shape(spec, 0);
        texts = new ClassTexts(classNames, clip.merges(), clip.context());
        textShape = new TextShape(
                texts.vocabulary(),
                clip.context(),
                clip.textWidth(),
                clip.textDepth(),
                clip.textHeads(),
                NewVit.MLP_RATIO * clip.textWidth(),
                Activation.QUICK_GELU,
                shape.eps(),
                clip.embedding(),
                true,
                OptionalInt.empty());
        images = new VisionTransformer(shape);
        words = new TextTransformer(textShape);
        Init init = new Init(manager, seed);
        NewVit.init(init, shape);
        init.clippedNormal("text.token_embed", 0.02, texts.vocabulary(), clip.textWidth());
        init.clippedNormal("text.pos_embed", 0.01, clip.context(), clip.textWidth());
        for (int i = 0; i < clip.textDepth(); i++) {
            NewVit.block(init, "text.blocks." + i + ".", clip.textWidth());
        }
        NewVit.norm(init, "text.norm", clip.textWidth());
        init.clippedNormal("text.projection", 1 / Math.sqrt(clip.textWidth()), clip.textWidth(), clip.embedding());
        init.constant(SCALE, (float) -Math.log(clip.temperature()));
        parameters = new Tensors(init.parameters());
    }

    @Override
    public VitShape shape() {
        return shape;
    }

    @Override
    public Tensors parameters() {
        return parameters;
    }

    @Override
    public Tensors buffers() {
        return buffers;
    }

    @Override
    public Loss loss(NDManager step, Tensors leaves, Seen seen, long number) {
        List<NDArray> views = seen.views();
        int[] labels = seen.labels();
        int[] present = Arrays.stream(labels).distinct().sorted().toArray();
        Draws draws = new Draws(seed, number, TEMPLATE);
        long[][] ids = Arrays.stream(present)
                .mapToObj(label -> texts.ids(draws.below(label, ClassTexts.templates()), label))
                .toArray(long[][]::new);
        NDArray textFeatures = words.encode(leaves, ids).normalize(2, 1); // [u, d]
        NDArray scores = similarity(leaves, imageFeatures(leaves, views.get(0)), textFeatures);
        return new Loss(bothWays(step, scores, labels, present), null);
    }

    /**
     * Mean of the cross-entropies from images to texts and from texts to images.
     *
     * @param scores [n, u]
     * @param labels [n]
     * @param present [u], the classes of the texts, ascending
     */
    static NDArray bothWays(NDManager step, NDArray scores, int[] labels, int[] present) {
        int n = labels.length;
        int u = present.length;
        int[] text = Arrays.stream(labels)
                .map(label -> Arrays.binarySearch(present, label))
                .toArray();
        int[] images = new int[u];
        for (int t : text) {
            images[t]++;
        }
        float[] toText = new float[n * u];
        float[] toImage = new float[u * n];
        for (int i = 0; i < n; i++) {
            toText[i * u + text[i]] = -0.5f / n;
            toImage[text[i] * n + i] = -0.5f / u / images[text[i]];
        }
        NDArray first = Nn.crossEntropy(scores, Torch.floats(step, toText, n, u));
        NDArray second = Nn.crossEntropy(scores.transpose(), Torch.floats(step, toImage, u, n));
        return first.add(second);
    }

    private NDArray imageFeatures(Tensors w, NDArray pixels) {
        return images.encode(w, pixels, null, false).embedding().normalize(2, 1);
    }

    private static NDArray similarity(Tensors w, NDArray imageFeatures, NDArray textFeatures) {
        return imageFeatures.matMul(textFeatures.transpose()).mul(w.get(SCALE).exp());
    }

    /** The scale stays at 100 or below, as in CLIP's training. */
    @Override
    public void stepped(long step, long steps) {
        NDArray scale = parameters.get(SCALE);
        try (NDArray most = manager.full(scale.getShape(), (float) LARGEST_SCALE, scale.getDataType());
                NDArray bounded = scale.minimum(most)) {
            Torch.assign(scale, bounded);
        }
        if (classFeatures != null) {
            classFeatures.close();
            classFeatures = null;
        }
    }

    /** Zero-shot: the text of each class under the first template. */
    @Override
    public NDArray scores(NDArray pixels) {
        if (classFeatures == null) {
            classFeatures = words.encode(parameters, texts.all()).normalize(2, 1);
            NDScope.unregister(classFeatures);
        }
        return similarity(parameters, imageFeatures(parameters, pixels), classFeatures);
    }

    @Override
    public List<String> write(Path folder) throws IOException {
        BackboneFiles files = new BackboneFiles(shape, parameters).config(config -> {
            config.putObject("text")
                    .put("heads", textShape.heads())
                    .put("context", textShape.context())
                    .put("vocabulary", textShape.vocabulary());
        });
        for (Entry entry : TextTransformer.entries(textShape)) {
            files.and(entry.sources().get(0), parameters.get(entry.name()));
        }
        List<String> names =
                new ArrayList<>(files.and(SCALE, parameters.get(SCALE)).write(folder));
        Merges.write(folder.resolve("merges.txt"), texts.merges());
        names.add("merges.txt");
        return names;
    }

    @Override
    public void close() {
        manager.close();
        images.close();
        words.close();
    }
}
