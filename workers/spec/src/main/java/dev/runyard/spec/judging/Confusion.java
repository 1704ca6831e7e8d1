package dev.runyard.spec.judging;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.TreeMap;

/**
 * Which classes are answered for which.
 *
 * @param cells those that are not empty, the fullest first, then by class
 */
public record Confusion(List<Cell> cells) {
    public Confusion {
        cells = List.copyOf(cells);
    }

    /**
     * @param label the right class
     * @param answer what was said; -1 where the scores were no numbers
     */
    public record Cell(int label, int answer, int images) {}

    /** @see Judgement.ClassRow */
    public static Confusion of(Predictions predictions) {
        TreeMap<Long, Integer> counts = new TreeMap<>();
        for (int i = 0; i < predictions.size(); i++) {
            long at = ((long) predictions.labels()[i] << 32) + predictions.answers()[i];
            counts.merge(at, 1, Integer::sum);
        }
        List<Cell> cells = new ArrayList<>();
        counts.forEach((at, images) -> {
            int answer = at.intValue();
            cells.add(new Cell((int) ((at - answer) >> 32), answer, images));
        });
        cells.sort(Comparator.comparingInt(Cell::images).reversed());
        return new Confusion(cells);
    }
}
