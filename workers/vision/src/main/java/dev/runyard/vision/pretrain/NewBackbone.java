package dev.runyard.vision.pretrain;

import dev.runyard.spec.training.PretrainSpec;
import dev.runyard.vision.backbone.vit.VitShape;
import dev.runyard.vision.method.solver.Objective;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** A backbone that learns from scratch and is written when it is done. */
public interface NewBackbone extends Objective {

    /** What a spec asks for, newly initialised from the seed. */
    static NewBackbone of(PretrainSpec spec, List<String> classNames, long seed) {
        return switch (spec.objective()) {
            case SUPERVISED -> new Supervised(spec, classNames, seed);
            case CLIP -> new Contrastive(spec, classNames, seed);
            case DINO -> new Distillation(spec, seed);
        };
    }

    VitShape shape();

    /** Writes the backbone in half precision with its configuration; returns the names of the files, the weights first. */
    List<String> write(Path folder) throws IOException;
}
