package dev.runyard.spec.table;

import dev.runyard.spec.judging.Answered;
import dev.runyard.spec.judging.McNemar;
import dev.runyard.spec.statistics.Holm;
import dev.runyard.spec.statistics.SignedRank;
import dev.runyard.spec.statistics.StudentT;
import dev.runyard.spec.statistics.Tested;
import dev.runyard.spec.table.ReportTable.Test;
import dev.runyard.spec.table.ReportTable.Verdict;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The tests of a table: each cell against the reference row's in its column, corrected together. */
final class Comparison {
    /** Accuracies are quotients of counts: what differs by less than this differs by rounding alone, and would be ranked. */
    private static final double ROUNDING = 1e9;

    private record Raw(
            double p,
            String words,
            String n,
            double difference,
            @Nullable String why) {}

    private final Against against;
    private final boolean overData;
    private final Map<Measured.Answer, Answered> answers;
    private final Map<Measured.Cell, Raw> raw = new HashMap<>();
    private final Map<Measured.Cell, Test> tests = new HashMap<>();
    private final List<Measured.Cell> order = new ArrayList<>();

    /**
     * @param overData whether the runs of a cell are meant to have different images
     * @param answers of single runs, for McNemar's test
     */
    Comparison(Against against, boolean overData, Map<Measured.Answer, Answered> answers) {
        this.against = against;
        this.overData = overData;
        this.answers = answers;
    }

    /** @param reference null: it has no such cell */
    void compare(Measured.Cell cell, Measured.@Nullable Cell reference) {
        String not = reference == null ? "the reference row has no value here" : unfit(cell, reference);
        if (not == null && reference != null) {
            Raw found = test(cell, reference);
            if (found != null) {
                raw.put(cell, found);
                order.add(cell);
                return;
            }
            not = "no value differs from another";
        }
        tests.put(cell, new Test(Verdict.NONE, null, null, null, null, null, not));
    }

    private @Nullable String unfit(Measured.Cell cell, Measured.Cell reference) {
        for (Measured.Cell one : List.of(cell, reference)) {
            if (!overData && one.mixed()) {
                return "a cell is of mixed data";
            }
            if (!one.differing().isEmpty()) {
                return "the runs of a cell differ in " + String.join(", ", one.differing());
            }
            if (against.test() == Against.Test.MCNEMAR) {
                if (one.n() != 1) {
                    return "McNemar's test is of one run against another, and a cell has " + one.n();
                }
            } else if (one.n() < Tested.LEAST) {
                return "fewer than " + Tested.LEAST + " values";
            }
        }
        return against.test() == Against.Test.MCNEMAR ? otherImages(cell, reference) : null;
    }

    private @Nullable Answered answers(Measured.Cell cell) {
        return answers.get(new Measured.Answer(cell.ids().get(0), cell.metric()));
    }

    private @Nullable String otherImages(Measured.Cell cell, Measured.Cell reference) {
        Answered own = answers(cell);
        Answered other = answers(reference);
        if (own == null || other == null) {
            return "the answers of a run were not kept";
        }
        return own.images().equals(other.images()) ? null : "not the same images";
    }

    /** Null where nothing varies. */
    private @Nullable Raw test(Measured.Cell cell, Measured.Cell reference) {
        Answered own = against.test() == Against.Test.MCNEMAR ? answers(cell) : null;
        Answered other = own == null ? null : answers(reference);
        if (own != null && other != null) {
            McNemar found = McNemar.of(own, other);
            return new Raw(
                    found.p(),
                    against.test().words,
                    own.size() + " images, " + (found.first() + found.second()) + " told apart",
                    cell.values().get(0) - reference.values().get(0),
                    null);
        }
        String unpaired = against.test() == Against.Test.WELCH ? null : unpaired(cell, reference);
        double[] x = array(cell.values());
        double[] y = array(reference.values());
        boolean welch = against.test() == Against.Test.WELCH || unpaired != null;
        double difference = mean(x) - mean(y);
        try {
            if (welch) {
                return new Raw(
                        StudentT.welch(x, y).p(),
                        Against.Test.WELCH.words,
                        x.length + "+" + y.length,
                        difference,
                        unpaired);
            }
            double[] d = new double[x.length];
            for (int i = 0; i < d.length; i++) {
                d[i] = Math.rint((x[i] - y[i]) * ROUNDING) / ROUNDING;
            }
            Tested found = against.test() == Against.Test.WILCOXON
                    ? SignedRank.of(d)
                    : StudentT.paired(d, new double[d.length]);
            return new Raw(found.p(), against.test().words, String.valueOf(x.length), difference, null);
        } catch (IllegalArgumentException e) {
            return null;
        }
    }

    /** Why values do not pair; null: they do. */
    private static @Nullable String unpaired(Measured.Cell cell, Measured.Cell reference) {
        if (!cell.over().equals(reference.over())) {
            return "not the same seeds";
        }
        if (cell.judged().size() == 1 && reference.judged().size() == 1) {
            return cell.judged().equals(reference.judged()) ? null : "not the same data";
        }
        if (cell.unknownData() > 0 || reference.unknownData() > 0) {
            return "the fingerprint of the data is not known";
        }
        return cell.data().equals(reference.data()) ? null : "not the same data";
    }

    /** @param goal of the cell's metric; null: what is more counts as better */
    void settle(Map<Measured.Cell, CellSpec.@Nullable Goal> goals) {
        double[] p = order.stream().mapToDouble(cell -> found(cell).p()).toArray();
        double[] adjusted = against.correction() == Against.Correction.HOLM ? Holm.adjust(p) : p;
        for (int i = 0; i < p.length; i++) {
            Raw one = found(order.get(i));
            boolean better = one.difference() > 0 != (goals.get(order.get(i)) == CellSpec.Goal.MIN);
            Verdict verdict = adjusted[i] >= against.alpha() ? Verdict.OPEN : better ? Verdict.BETTER : Verdict.WORSE;
            tests.put(
                    order.get(i),
                    new Test(verdict, one.words(), one.n(), one.difference(), p[i], adjusted[i], one.why()));
        }
    }

    private Raw found(Measured.Cell cell) {
        Raw found = raw.get(cell);
        if (found == null) {
            throw new IllegalStateException("a cell in order was tested");
        }
        return found;
    }

    @Nullable
    Test of(Measured.Cell cell) {
        return tests.get(cell);
    }

    int family() {
        return order.size();
    }

    private static double[] array(List<Double> values) {
        return values.stream().mapToDouble(Double::doubleValue).toArray();
    }

    private static double mean(double[] values) {
        double sum = 0;
        for (double value : values) {
            sum += value;
        }
        return sum / values.length;
    }
}
