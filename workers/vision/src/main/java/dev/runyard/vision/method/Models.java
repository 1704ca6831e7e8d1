package dev.runyard.vision.method;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import dev.runyard.spec.MethodSpec;
import dev.runyard.spec.RunSpec;
import dev.runyard.vision.backbone.FrozenBackbone;
import dev.runyard.vision.nd.Tensors;
import dev.runyard.vision.nd.Torch;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The model of a spec, newly initialised from its seed. */
public final class Models {
    /** Standard deviation of new prompts and of a new library. */
    static final double PROMPT_DEVIATION = 0.02;

    private Models() {}

    /** @throws IOException when the text features cannot be read or do not fit */
    public static Model of(RunSpec spec, FrozenBackbone backbone, int classes) throws IOException {
        NDManager manager = Torch.manager();
        boolean built = false;
        try {
            Model model = build(spec, backbone, classes, manager);
            built = true;
            return model;
        } finally {
            if (!built) {
                manager.close();
            }
        }
    }

    private static Model build(RunSpec spec, FrozenBackbone backbone, int classes, NDManager manager)
            throws IOException {
        long seed = spec.seed();
        int width = backbone.shape().width();
        MethodSpec method = spec.method();
        if (method instanceof MethodSpec.BackboneAlone alone) {
            ResNet10.State state = ResNet10.init(manager, seed, ResNet10.CHANNELS, classes);
            return new NetAlone(manager, state, new InputResize(alone.resolution(), false));
        }
        Classifier classifier = classifier(spec, backbone, classes, manager);
        if (method instanceof MethodSpec.Pgn pgn) {
            ResNet10.State state =
                    PromptNetwork.init(manager, seed, ResNet10.CHANNELS, pgn.prompts(), pgn.librarySize(), width);
            PromptNetwork network = new PromptNetwork(pgn.prompts(), pgn.resolution(), pgn.mixing(), pgn.antialias());
            return new Prompted(manager, state, network, backbone, classifier);
        }
        Init init = new Init(manager, seed);
        if (method instanceof MethodSpec.Iip iip) {
            init.normal("prompts", PROMPT_DEVIATION, iip.prompts(), width);
        }
        return new Prompted(manager, new ResNet10.State(init.parameters(), init.buffers()), null, backbone, classifier);
    }

    private static Classifier classifier(RunSpec spec, FrozenBackbone backbone, int classes, NDManager manager)
            throws IOException {
        return switch (spec.classifier().kind()) {
            case LINEAR ->
                Classifier.linear(manager, spec.seed(), backbone.shape().embedding(), classes);
            case NATIVE -> Classifier.ofBackbone(manager, backbone, classes);
            case TEXT ->
                Classifier.text(
                        manager, Path.of(String.valueOf(spec.classifier().features())), backbone, classes);
        };
    }

    /** A frozen backbone with prompts from a network, with learned prompts, or with none; and a classifier. */
    public static final class Prompted implements Model {
        private final NDManager manager;
        private final Tensors parameters;
        private final Tensors buffers;
        private final @Nullable PromptNetwork network;
        private final FrozenBackbone backbone;
        private final Classifier classifier;

        /** @param network null for input-independent prompts (a parameter {@code prompts}) and for none */
        public Prompted(
                NDManager manager,
                ResNet10.State state,
                @Nullable PromptNetwork network,
                FrozenBackbone backbone,
                Classifier classifier) {
            this.manager = manager;
            Map<String, NDArray> all = new LinkedHashMap<>(state.parameters());
            all.putAll(classifier.parameters());
            this.parameters = new Tensors(all);
            this.buffers = withOne(manager, state);
            this.network = network;
            this.backbone = backbone;
            this.classifier = classifier;
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
        public NDArray scores(Tensors leaves, NDArray pixels, boolean training) {
            PromptNetwork.Prompts made = prompts(leaves, pixels, training);
            NDArray prompts = made == null ? null : made.prompts();
            return classifier.scores(
                    leaves.and(buffers), backbone.encode(pixels, prompts, false).embedding());
        }

        @Override
        public PromptNetwork.@Nullable Prompts prompts(Tensors leaves, NDArray pixels) {
            return prompts(leaves, pixels, false);
        }

        @Override
        public NDArray classify(Tensors leaves, NDArray embedding) {
            return classifier.scores(leaves.and(buffers), embedding);
        }

        private PromptNetwork.@Nullable Prompts prompts(Tensors leaves, NDArray pixels, boolean training) {
            if (network != null) {
                return network.forward(leaves.and(buffers), pixels, training);
            }
            if (!leaves.has("prompts")) {
                return null;
            }
            NDArray own = leaves.get("prompts");
            long n = pixels.getShape().get(0);
            long k = own.getShape().get(0);
            long d = own.getShape().get(1);
            return new PromptNetwork.Prompts(null, null, own.reshape(1, k, d).broadcast(n, k, d));
        }

        @Override
        public void close() {
            if (network != null) {
                network.close();
            }
            manager.close();
        }
    }

    /** The small network by itself: no backbone (paper Table 1). */
    static final class NetAlone implements Model {
        private final NDManager manager;
        private final Tensors parameters;
        private final Tensors buffers;
        private final InputResize resize;

        NetAlone(NDManager manager, ResNet10.State state, InputResize resize) {
            this.manager = manager;
            this.parameters = new Tensors(state.parameters());
            this.buffers = withOne(manager, state);
            this.resize = resize;
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
        public NDArray scores(Tensors leaves, NDArray pixels, boolean training) {
            return ResNet10.forward(leaves.and(buffers), resize.apply(pixels), training);
        }

        @Override
        public void close() {
            resize.close();
            manager.close();
        }
    }

    private static Tensors withOne(NDManager manager, ResNet10.State state) {
        Tensors buffers = new Tensors(state.buffers());
        return state.buffers().isEmpty() ? buffers : buffers.and(Tensors.one(manager));
    }
}
