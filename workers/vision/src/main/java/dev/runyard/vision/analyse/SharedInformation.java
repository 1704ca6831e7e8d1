package dev.runyard.vision.analyse;

import dev.runyard.vision.analyse.KMeans.Clusters;
import dev.runyard.vision.plot.Colours.Scale;
import dev.runyard.vision.plot.HeatMap;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * What the PGN and the backbone see of the classes, each alone and both together (paper Figure 3): the outputs of each are clustered by
 * k-means with as many clusters as there are classes, and the normalised mutual information of every pair of labelings is shown. With
 * several data sets the same is asked about the data set, with as many clusters as data sets.
 */
final class SharedInformation {
    private static final String LABELS = "labels";
    private static final String SOURCES = "data sets";

    private final AnalyseRequest request;

    SharedInformation(AnalyseRequest request) {
        this.request = request;
    }

    void run(Sample sample, Output out) throws IOException {
        Map<String, Points> encoders = new LinkedHashMap<>();
        encoders.put("PGN", Objects.requireNonNull(sample.prompts()));
        encoders.put("backbone", sample.plain());
        encoders.put("PGN+backbone", Objects.requireNonNull(sample.prompted()));
        int k = sample.classesPresent();
        out.number("clusters", k);
        out.number("starts", request.starts());
        out.number("mean", request.mean().name().toLowerCase(java.util.Locale.ROOT));
        compare("nmi", LABELS, sample.labels(), encoders, k, sample, out);
        if (sample.sourceNames().size() > 1) {
            compare(
                    "nmi-datasets",
                    SOURCES,
                    sample.sources(),
                    encoders,
                    sample.sourceNames().size(),
                    sample,
                    out);
        }
    }

    private void compare(
            String name, String truth, int[] labels, Map<String, Points> encoders, int k, Sample sample, Output out)
            throws IOException {
        List<String> names = new ArrayList<>(List.of(truth));
        List<int[]> labelings = new ArrayList<>(List.of(labels));
        for (Map.Entry<String, Points> encoder : encoders.entrySet()) {
            Clusters clusters = KMeans.best(encoder.getValue(), k, request.starts(), request.seed());
            names.add(encoder.getKey());
            labelings.add(clusters.labels());
        }
        int n = names.size();
        double[][] nmi = new double[n][n];
        List<List<?>> pairs = new ArrayList<>(List.of(List.of("a", "b", "nmi")));
        for (int i = 0; i < n; i++) {
            for (int j = 0; j < n; j++) {
                nmi[i][j] = Nmi.of(labelings.get(i), labelings.get(j), request.mean());
                if (i < j) {
                    pairs.add(List.of(names.get(i), names.get(j), nmi[i][j]));
                    out.number("nmi(" + names.get(i) + ", " + names.get(j) + ")", nmi[i][j]);
                }
            }
        }
        out.table(name + ".csv", pairs);
        out.table(name + "-clusters.csv", clusters(names, labelings, sample));
        String title = "Shared information, " + sample.n() + " images, " + k + " clusters";
        String unit = "NMI (0 nothing, 1 all)";
        out.figure(name, new HeatMap(title, names, "", nmi, 0, 1, unit, Scale.VIRIDIS).figure());
    }

    private static List<List<?>> clusters(List<String> names, List<int[]> labelings, Sample sample) {
        List<List<?>> rows = new ArrayList<>();
        List<String> head = new ArrayList<>(List.of("image"));
        head.addAll(names);
        rows.add(head);
        for (int i = 0; i < sample.n(); i++) {
            int image = i;
            List<Object> row = new ArrayList<>(List.of(sample.names().get(i)));
            row.addAll(Arrays.asList(
                    labelings.stream().map(labeling -> labeling[image]).toArray()));
            rows.add(row);
        }
        return rows;
    }
}
