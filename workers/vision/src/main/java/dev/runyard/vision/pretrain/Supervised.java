package dev.runyard.vision.pretrain;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import dev.runyard.spec.training.PretrainSpec;
import dev.runyard.vision.backbone.BackboneFiles;
import dev.runyard.vision.backbone.vit.VisionTransformer;
import dev.runyard.vision.backbone.vit.VitShape;
import dev.runyard.vision.method.Model;
import dev.runyard.vision.method.net.Init;
import dev.runyard.vision.nd.Tensors;
import dev.runyard.vision.nd.Torch;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** Learns labels by a linear head on the class token. */
final class Supervised implements NewBackbone, Model {
    private final VitShape shape;
    private final List<String> classNames;
    private final VisionTransformer transformer;
    private final NDManager manager = Torch.manager();
    private final Tensors parameters;
    private final Tensors buffers = new Tensors(Map.of());

    Supervised(PretrainSpec spec, List<String> classNames, long seed) {
        this.classNames = classNames;
        shape = NewVit.shape(spec, classNames.size());
        transformer = new VisionTransformer(shape);
        Init init = new Init(manager, seed);
        NewVit.init(init, shape);
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
    public NDArray scores(Tensors leaves, NDArray pixels, boolean training) {
        return transformer.head(
                leaves, transformer.encode(leaves, pixels, null, false).embedding());
    }

    @Override
    public List<String> write(Path folder) throws IOException {
        return new BackboneFiles(shape, parameters).labels(classNames).write(folder);
    }

    @Override
    public void close() {
        manager.close();
        transformer.close();
    }
}
