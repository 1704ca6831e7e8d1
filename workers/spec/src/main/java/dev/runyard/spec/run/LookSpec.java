package dev.runyard.spec.run;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import dev.runyard.spec.Bounds;
import dev.runyard.spec.Doc;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** How a task looks at a finished run. What is left out is as on the command line. */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record LookSpec(
        @Doc("For analyse: which analyses; left out: all that the run's method allows.") @Nullable
        List<Analysis> only,

        @Doc(
                value = "Images at most: for analyse drawn from the test images, for invert compared.",
                min = 2,
                max = 1_000_000)
        @Nullable
        Integer images,

        @Doc("For invert: positions of the rows below, as the model will be served.") @Nullable
        Positions policy) {

    /** One analysis of the paper. */
    public enum Analysis {
        @JsonProperty("nmi")
        NMI,
        @JsonProperty("tsne")
        TSNE,
        @JsonProperty("tokens")
        TOKENS,
        @JsonProperty("library")
        LIBRARY,
        @JsonProperty("attention")
        ATTENTION
    }

    /** What becomes of position embeddings when an image gets rows below. */
    public enum Positions {
        @JsonProperty("append")
        APPEND,
        @JsonProperty("interpolate")
        INTERPOLATE
    }

    public LookSpec {
        only = only == null ? null : List.copyOf(only);
        Bounds.check(LookSpec.class, "images", images);
    }
}
