package dev.runyard.vision.method;

import dev.runyard.spec.model.MethodSpec;
import dev.runyard.vision.backbone.FrozenBackbone;
import dev.runyard.vision.backbone.vit.VitShape;
import java.io.IOException;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

/**
 * One kind of method: what {@link Methods} knows of it. What rules hold for its spec, its spec says itself.
 *
 * @param spec its record
 * @param factory makes a new model, initialised from the run's seed
 * @param parameters how many numbers it trains beside a classifier
 */
record Method<S extends MethodSpec>(Class<S> spec, Factory<S> factory, Count<S> parameters) {
    /** See {@link Method#factory}. */
    interface Factory<S> {
        /** @throws IOException when weights that the spec names cannot be read or do not fit */
        Model of(S spec, Making making) throws IOException;
    }

    /** See {@link Method#parameters}. */
    interface Count<S> {
        /** Of a method on a backbone, by arithmetic alone: nothing is made. */
        long of(S spec, Sizes sizes);
    }

    /**
     * What a number of parameters depends on beside the spec.
     *
     * @param tower shapes of the vision tower's tensors by the transformer's names, its head's not among them
     * @param images of the training set
     * @param textWidth of the tokens of the backbone's text tower; 0 where it has none
     */
    record Sizes(VitShape shape, Map<String, List<Long>> tower, int classes, int images, int textWidth) {
        Sizes {
            tower = Map.copyOf(tower);
        }

        static Sizes of(FrozenBackbone backbone, int classes, int images, int textWidth) {
            Map<String, List<Long>> tower = new HashMap<>();
            backbone.weights().byName().forEach((name, array) -> {
                if (!name.startsWith("head.")) {
                    tower.put(
                            name,
                            Arrays.stream(array.getShape().getShape()).boxed().toList());
                }
            });
            return new Sizes(backbone.shape(), tower, classes, images, textWidth);
        }

        /** Numbers in the tensors of the tower whose names pass. */
        long tower(Predicate<String> learns) {
            return tower.entrySet().stream()
                    .filter(e -> learns.test(e.getKey()))
                    .mapToLong(e -> e.getValue().stream().reduce(1L, Math::multiplyExact))
                    .sum();
        }

        /** D */
        long width() {
            return shape.width();
        }

        /** L */
        long depth() {
            return shape.depth();
        }

        /** d */
        long embedding() {
            return shape.embedding();
        }
    }

    Model make(Making making) throws IOException {
        return factory.of(spec.cast(making.run().method()), making);
    }

    long count(MethodSpec of, Sizes sizes) {
        return parameters.of(spec.cast(of), sizes);
    }
}
