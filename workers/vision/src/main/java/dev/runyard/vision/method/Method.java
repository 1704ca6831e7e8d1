package dev.runyard.vision.method;

import dev.runyard.spec.model.MethodSpec;
import dev.runyard.vision.backbone.FrozenBackbone;
import java.io.IOException;

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
     * @param images of the training set
     * @param textWidth of the tokens of the backbone's text tower; 0 where it has none
     */
    record Sizes(FrozenBackbone backbone, int classes, int images, int textWidth) {
        /** D */
        long width() {
            return backbone.shape().width();
        }

        /** L */
        long depth() {
            return backbone.shape().depth();
        }

        /** d */
        long embedding() {
            return backbone.shape().embedding();
        }
    }

    Model make(Making making) throws IOException {
        return factory.of(spec.cast(making.run().method()), making);
    }

    long count(MethodSpec of, Sizes sizes) {
        return parameters.of(spec.cast(of), sizes);
    }
}
