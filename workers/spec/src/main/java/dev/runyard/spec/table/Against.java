package dev.runyard.spec.table;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.databind.JsonNode;
import dev.runyard.spec.Bounds;
import dev.runyard.spec.Defaults;
import dev.runyard.spec.Doc;
import java.util.Map;

/** What rows are tested against, and how. All tests of a table are corrected together, whatever of it is shown. */
public record Against(
        @Doc("The row by its values, for example {method.kind: iip}.")
        Map<String, JsonNode> row,

        @Doc(
                "Which test; one of pairs becomes Welch's, and says so, where values do not pair. mcnemar compares two single runs image"
                        + " by image.")
        Test test,

        @Doc("How many tests at once are corrected for.") Correction correction,

        @Doc(value = "Below it a difference counts as significant.", above = 0, max = 0.5)
        Double alpha) {

    /** Two-sided each. */
    public enum Test {
        @JsonProperty("paired-t")
        PAIRED_T("paired t"),
        @JsonProperty("welch")
        WELCH("Welch's t"),
        @JsonProperty("wilcoxon")
        WILCOXON("Wilcoxon's signed ranks"),
        /** Of one run against another, by their answers to the same images. */
        @JsonProperty("mcnemar")
        MCNEMAR("McNemar's");

        final String words;

        Test(String words) {
            this.words = words;
        }
    }

    /** How many tests at once are corrected for. */
    public enum Correction {
        @JsonProperty("holm")
        HOLM,
        @JsonProperty("none")
        NONE
    }

    public Against {
        row = Map.copyOf(Defaults.required("row", row));
        test = test == null ? Test.PAIRED_T : test;
        correction = correction == null ? Correction.HOLM : correction;
        alpha = alpha == null ? 0.05 : alpha;
        Bounds.check(Against.class, "alpha", alpha);
    }
}
