package dev.runyard.vision.method;

import static org.assertj.core.api.Assertions.assertThat;

import dev.runyard.spec.Kind;
import dev.runyard.spec.dataset.DatasetSpec;
import dev.runyard.spec.model.BackboneSpec;
import dev.runyard.spec.model.EmbeddingMethod;
import dev.runyard.spec.model.MethodSpec;
import dev.runyard.spec.model.TextMethod;
import dev.runyard.spec.run.RunSpec;
import dev.runyard.vision.backbone.FrozenBackbone;
import dev.runyard.vision.method.AllMethods.Case;
import dev.runyard.vision.method.Method.Sizes;
import dev.runyard.vision.method.head.Classifier;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The list of methods is whole, and what it says of them is so. */
class MethodsTest {
    private static final int CLASSES = 8;

    @Test
    void everyKindIsListedOnceAndTried() {
        List<Class<?>> listed = new ArrayList<>();
        Methods.ALL.forEach(method -> listed.add(method.spec()));
        assertThat(listed).doesNotHaveDuplicates();
        assertThat(Kind.of(MethodSpec.class).stream().map(kind -> (Object) kind.type()))
                .containsExactlyInAnyOrderElementsOf(listed);
        Set<Class<?>> tried = new HashSet<>();
        AllMethods.trained().forEach(what -> {
            if (what.method().fit() == MethodSpec.Fit.STEPS) {
                tried.add(what.method().getClass());
            }
        });
        listed.removeAll(tried);
        assertThat(listed)
                .as(
                        "not in AllMethods.trained(), which is right for what needs more than a backbone and has tests of its own")
                .containsExactly(
                        MethodSpec.ZeroShot.class,
                        EmbeddingMethod.Prototypes.class,
                        EmbeddingMethod.TipAdapter.class,
                        EmbeddingMethod.TipAdapterF.class,
                        TextMethod.CoOp.class,
                        TextMethod.CoCoOp.class);
    }

    static Stream<Case> methods() {
        return AllMethods.trained();
    }

    @ParameterizedTest
    @MethodSource("methods")
    void itsNumberOfParametersIsTheArithmetics(Case what) throws IOException {
        FrozenBackbone backbone = FrozenBackbone.shared(BackboneSpec.SMALL);
        RunSpec spec = new RunSpec(
                null,
                new DatasetSpec("shapes", null, null, null, null),
                null,
                what.method(),
                what.classifier(),
                null,
                null,
                null,
                null,
                null,
                null,
                null);
        try (Model model = Models.of(spec, backbone, Collections.nCopies(CLASSES, "thing"))) {
            long own = model.parameters().count() - Classifier.trained(model.parameters());
            assertThat(Methods.of(what.method()).count(what.method(), Sizes.of(backbone, CLASSES, 24, 0)))
                    .isEqualTo(own);
        }
    }
}
