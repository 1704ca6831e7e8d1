package dev.runyard.spec.run;

import dev.runyard.spec.Nearest;
import dev.runyard.spec.json.Elsewhere;
import java.util.List;
import java.util.Optional;

/** A field of a run that was written at another place of a run's spec, in the request around it, or in a sweep. */
public final class MeantElsewhere implements Elsewhere {
    @Override
    public Optional<String> remedy(Class<?> owner, String path, String name, List<String> known) {
        Optional<String> spelt = known.stream()
                .filter(k -> RunFields.word(k).equals(RunFields.word(name)))
                .findFirst();
        if (spelt.isPresent()) {
            return spelt.map(MeantElsewhere::asked);
        }
        boolean sweep = owner.getSimpleName().equals("SweepSpec");
        boolean around = sweep || owner == RunRequest.class;
        boolean synonym = RunFields.synonym(name);
        boolean near =
                Nearest.to(name, known).filter(n -> Nearest.close(name, n)).isPresent();
        if ((around || RunFields.record(owner)) && (synonym || RunFields.name(name) && !near)) {
            return RunFields.remedy(path, sweep ? "base." : around ? "spec." : "");
        }
        return Nearest.to(name, known).map(MeantElsewhere::asked);
    }

    private static String asked(String name) {
        return "did you mean \"" + name + "\"?";
    }
}
