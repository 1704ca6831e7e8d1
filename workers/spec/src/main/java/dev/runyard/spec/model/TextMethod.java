package dev.runyard.spec.model;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import dev.runyard.spec.Bounds;
import dev.runyard.spec.Defaults;
import dev.runyard.spec.Doc;
import java.util.Map;

/** Methods in front of the frozen text tower, which reads the names of classes. */
@JsonSubTypes({
    @JsonSubTypes.Type(value = TextMethod.CoOp.class, name = "coop"),
    @JsonSubTypes.Type(value = TextMethod.CoCoOp.class, name = "cocoop")
})
public sealed interface TextMethod extends MethodSpec {
    /** Words in front of the names of classes are learned, as vectors (Zhou et al. 2022a). */
    @Doc(title = "CoOp", value = "Learned words in front of the class names that the text tower reads.")
    record CoOp(
            @Doc(value = "M, learned words.", min = 1, max = 256)
            Integer contextLength,

            @Doc("Whether each class has words of its own.") Boolean classSpecific)
            implements TextMethod {
        public CoOp {
            contextLength = Defaults.or(contextLength, 16);
            classSpecific = Defaults.or(classSpecific, false);
            Bounds.check(CoOp.class, "contextLength", contextLength);
        }

        @Override
        public void check(ClassifierSpec classifier) {
            classifier.requireReadText("coop");
        }

        @Override
        public Map<String, String> unused() {
            return learnedWords("coop");
        }
    }

    /** As {@link CoOp}, with words that a small network moves for each image (Zhou et al. 2022b). */
    @Doc(title = "CoCoOp", value = "CoOp whose words a small network moves for each image.")
    record CoCoOp(
            @Doc(value = "M, learned words.", min = 1, max = 256)
            Integer contextLength) implements TextMethod {
        public CoCoOp {
            contextLength = Defaults.or(contextLength, 4);
            Bounds.check(CoCoOp.class, "contextLength", contextLength);
        }

        @Override
        public void check(ClassifierSpec classifier) {
            classifier.requireReadText("cocoop");
        }

        @Override
        public Map<String, String> unused() {
            return learnedWords("cocoop");
        }
    }

    /** What of a text classifier has no effect on words that are learned. */
    private static Map<String, String> learnedWords(String method) {
        String why = "is not used by method " + method + ", whose learned words take its place";
        return Map.of("classifier.template", why, "classifier.templates", why);
    }
}
