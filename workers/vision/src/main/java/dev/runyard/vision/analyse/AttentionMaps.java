package dev.runyard.vision.analyse;

import dev.runyard.vision.plot.Bars;
import dev.runyard.vision.plot.Figure;
import dev.runyard.vision.tensor.SafetensorsWriter;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;

/**
 * Where the class token looks in the last block, mean over heads: over the image without and with the prompts, and at each prompt (the
 * paper's attention figure). The spread of a prompt over images is that of the queries too: prompts that are the same for all images
 * (IIP) spread as much.
 */
final class AttentionMaps {
    private final int shown;

    AttentionMaps(int shown) {
        this.shown = shown;
    }

    void run(Sample sample, Output out) throws IOException {
        Points plain = sample.plainAttention();
        int n = sample.n();
        SafetensorsWriter tensors =
                new SafetensorsWriter().floats("without_prompts", new long[] {n, plain.d()}, plain.values());
        Points prompted = sample.promptedAttention();
        if (prompted != null) {
            tensors.floats("with_prompts", new long[] {n, prompted.d()}, prompted.values());
            prompts(sample, prompted, out);
        }
        out.tensors("attention.safetensors", tensors);
        List<AttentionPanel> panels =
                chosen(sample).stream().map(i -> AttentionPanel.of(sample, i)).toList();
        for (int i = 0; i < panels.size(); i++) {
            out.figure(
                    String.format(Locale.ROOT, "attention-%02d", i + 1),
                    AttentionPanel.figure(panels.subList(i, i + 1)));
        }
        Figure gallery = AttentionPanel.figure(panels);
        out.figure("attention", gallery);
        List<List<?>> names = new ArrayList<>(List.of(List.of("picture", "image", "class")));
        List<Integer> images = chosen(sample);
        for (int i = 0; i < images.size(); i++) {
            int image = images.get(i);
            names.add(List.of(i + 1, sample.names().get(image), sample.className(image)));
        }
        out.table("attention-images.csv", names);
    }

    /** One image a class in turn, then a second one, until there are enough. */
    private List<Integer> chosen(Sample sample) {
        List<Integer> out = new ArrayList<>();
        int classes = sample.classNames().size();
        for (int round = 0; out.size() < Math.min(shown, sample.n()); round++) {
            for (int c = 0; c < classes && out.size() < shown; c++) {
                int label = c;
                IntStream.range(0, sample.n())
                        .filter(i -> sample.labels()[i] == label)
                        .skip(round)
                        .findFirst()
                        .ifPresent(out::add);
            }
        }
        return out;
    }

    private static void prompts(Sample sample, Points attention, Output out) throws IOException {
        int k = sample.k();
        int n = sample.n();
        int first = attention.d() - k;
        double[] mean = new double[k];
        double[] deviation = new double[k];
        double onPrompts = 0;
        for (int p = 0; p < k; p++) {
            double squares = 0;
            for (int i = 0; i < n; i++) {
                double value = attention.values()[i * attention.d() + first + p];
                mean[p] += value / n;
                squares += value * value / n;
            }
            deviation[p] = Math.sqrt(Math.max(0, squares - mean[p] * mean[p]));
            onPrompts += mean[p];
        }
        out.number("attention on prompts, share", onPrompts);
        out.number("attention on patches, moved by prompts", moved(sample, attention));
        List<List<?>> rows = new ArrayList<>(List.of(List.of("prompt", "mean", "std")));
        for (int p = 0; p < k; p++) {
            rows.add(List.of(p + 1, mean[p], deviation[p]));
        }
        out.table("attention-prompts.csv", rows);
        List<String> names =
                IntStream.rangeClosed(1, k).mapToObj(String::valueOf).toList();
        String title = "Attention to each prompt, mean and std over " + n + " images";
        out.figure(
                "attention-prompts",
                new Bars(title, "prompt", "share of attention", names, mean, deviation, Double.NaN, "").figure());
    }

    /** Mean over images of half the absolute difference of the two maps, each scaled to sum 1: 0 the same, 1 elsewhere. */
    private static double moved(Sample sample, Points attention) {
        Points plain = sample.plainAttention();
        int patches = plain.d() - 1;
        double sum = 0;
        for (int i = 0; i < sample.n(); i++) {
            int a = i * plain.d() + 1;
            int b = i * attention.d() + 1;
            double before = 0;
            double after = 0;
            for (int t = 0; t < patches; t++) {
                before += plain.values()[a + t];
                after += attention.values()[b + t];
            }
            for (int t = 0; t < patches; t++) {
                sum += Math.abs(plain.values()[a + t] / before - attention.values()[b + t] / after) / 2 / sample.n();
            }
        }
        return sum;
    }
}
