package dev.runyard.spec;

import java.util.Collection;
import java.util.Comparator;
import java.util.Locale;
import java.util.Optional;

/** The nearest valid choice for a word that is not one, by edit distance. */
public final class Nearest {
    private Nearest() {}

    /** The refusal of {@code word}: names the choices and, when one is close, asks for it. */
    public static InvalidSpec unknown(String field, String word, Collection<String> choices, String code) {
        String remedy =
                to(word, choices).map(n -> "did you mean \"" + n + "\"?").orElse("write one of these");
        return new InvalidSpec(code, field, word, "is not one of " + String.join(", ", choices), remedy);
    }

    /** The choice at the smallest distance, if at most half of the word has to change. */
    public static Optional<String> to(String word, Collection<String> choices) {
        String cut = word.length() > 64 ? word.substring(0, 64) : word;
        String lower = cut.toLowerCase(Locale.ROOT);
        return choices.stream()
                .min(Comparator.comparingInt(c -> distance(lower, c.toLowerCase(Locale.ROOT))))
                .filter(c -> distance(lower, c.toLowerCase(Locale.ROOT))
                        <= Math.max(1, Math.max(cut.length(), c.length()) / 2));
    }

    /** A slip of the fingers: at most two letters, and not half of the word. */
    public static boolean close(String word, String choice) {
        int far = distance(word.toLowerCase(Locale.ROOT), choice.toLowerCase(Locale.ROOT));
        return far <= 2 && far * 2 < Math.max(word.length(), choice.length());
    }

    private static int distance(String a, String b) {
        int[] row = new int[b.length() + 1];
        for (int j = 0; j <= b.length(); j++) {
            row[j] = j;
        }
        for (int i = 1; i <= a.length(); i++) {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= b.length(); j++) {
                int above = row[j];
                int change = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
                row[j] = Math.min(change, 1 + Math.min(above, row[j - 1]));
                diagonal = above;
            }
        }
        return row[b.length()];
    }
}
