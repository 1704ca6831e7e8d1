package dev.runyard.vision.text;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** The merges of a byte-pair encoding: learned from texts, and as a file of one a line, as CLIP's and Hugging Face's are. */
public final class Merges {
    static final String HEADER = "#version: 0.2";

    /** Pairs that occur only once stand for one word and teach nothing. */
    private static final int LEAST = 2;

    private Merges() {}

    /**
     * Learns merges: again and again the pair of neighbours that occurs most often in the texts, of equally frequent ones the
     * first in the order of characters. The same texts give the same merges.
     *
     * @param merges how many at most; fewer when no pair occurs twice any more
     */
    public static List<String> learn(List<String> texts, int merges) {
        Map<String, Integer> counts = new TreeMap<>();
        for (String text : texts) {
            CleanText.words(CleanText.of(text)).forEach(word -> counts.merge(word, 1, Integer::sum));
        }
        List<List<String>> words = new ArrayList<>();
        List<Integer> times = new ArrayList<>();
        counts.forEach((word, count) -> {
            words.add(Tokenizer.symbols(word));
            times.add(count);
        });
        List<String> learned = new ArrayList<>();
        while (learned.size() < merges) {
            String pair = mostFrequent(words, times);
            if (pair.isEmpty()) {
                break;
            }
            learned.add(pair);
            words.replaceAll(word -> Tokenizer.merged(word, pair));
        }
        return learned;
    }

    private static String mostFrequent(List<List<String>> words, List<Integer> times) {
        Map<String, Integer> pairs = new HashMap<>();
        for (int w = 0; w < words.size(); w++) {
            List<String> word = words.get(w);
            for (int i = 0; i + 1 < word.size(); i++) {
                pairs.merge(word.get(i) + " " + word.get(i + 1), times.get(w), Integer::sum);
            }
        }
        String best = "";
        int most = LEAST - 1;
        for (Map.Entry<String, Integer> pair : pairs.entrySet()) {
            int count = pair.getValue();
            if (count > most
                    || (count == most && !best.isEmpty() && pair.getKey().compareTo(best) < 0)) {
                best = pair.getKey();
                most = count;
            }
        }
        return best;
    }

    /** Writes them as {@code merges.txt}, to stand beside the weights. */
    public static void write(Path file, List<String> merges) throws IOException {
        Files.writeString(file, HEADER + "\n" + String.join("\n", merges) + "\n");
    }
}
