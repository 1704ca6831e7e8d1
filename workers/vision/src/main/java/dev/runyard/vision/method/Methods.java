package dev.runyard.vision.method;

import dev.runyard.spec.model.MethodSpec;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;

/** Every kind of method. One more is its file, its line here, and its record in {@link MethodSpec}. */
final class Methods {
    static final List<Method<?>> ALL = List.of(
            Pgn.METHOD,
            InputIndependentPrompts.METHOD,
            VisualPrompts.METHOD,
            ZeroShot.METHOD,
            LinearProbe.METHOD,
            FullFineTuning.METHOD,
            VisualPromptTuning.METHOD,
            BiasTuning.METHOD,
            Lora.METHOD,
            Adapters.METHOD,
            NearestMean.METHOD,
            TipAdapter.METHOD,
            TipAdapter.TRAINED,
            ClipAdapter.METHOD,
            ContextWords.METHOD,
            ConditionalWords.METHOD,
            NetAlone.METHOD);

    private static final Map<Class<?>, Method<?>> BY_SPEC =
            ALL.stream().collect(Collectors.toUnmodifiableMap(Method::spec, Function.identity()));

    private Methods() {}

    static Method<?> of(MethodSpec spec) {
        Method<?> method = BY_SPEC.get(spec.getClass());
        if (method == null) {
            throw new IllegalStateException("no method is listed for " + spec);
        }
        return method;
    }
}
