package dev.runyard.vision.text;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * CLIP's byte-pair encoding (openai/CLIP clip/simple_tokenizer.py): words become bytes, and pairs of neighbours are merged in the
 * order in which the vocabulary learned them. Not safe for use by several threads.
 */
public final class Tokenizer {
    /** Behind the last symbol of a word. */
    static final String WORD_END = "</w>";

    /** Printable characters that stand for the 256 bytes, and where each byte comes in the vocabulary. */
    private static final String[] SYMBOLS = new String[256];

    private static final int[] ORDER = new int[256];

    static {
        int own = 0;
        int others = 0;
        for (int b = 0; b < 256; b++) {
            boolean printable = (b >= '!' && b <= '~') || (b >= 0xa1 && b <= 0xac) || b >= 0xae;
            SYMBOLS[b] = Character.toString(printable ? b : 256 + others++);
            if (printable) {
                ORDER[own++] = b;
            }
        }
        for (int b = 0; b < 256; b++) {
            if (SYMBOLS[b].charAt(0) >= 256) {
                ORDER[own++] = b;
            }
        }
    }

    private final Map<String, Integer> ids;
    private final Map<String, Integer> ranks = new HashMap<>();
    private final Map<String, long[]> known = new HashMap<>();
    private final int start;
    private final int end;

    /** @param ids every symbol's number, those of start and end included */
    Tokenizer(Map<String, Integer> ids, List<String> merges, int start, int end) {
        this.ids = Map.copyOf(ids);
        for (int i = 0; i < merges.size(); i++) {
            ranks.putIfAbsent(merges.get(i), i);
        }
        this.start = start;
        this.end = end;
    }

    /**
     * The vocabulary as CLIP derives it: 256 bytes, 256 bytes that end a word, what each merge makes, start, end.
     *
     * @param merges pairs of symbols with a space between, in the order they were learned
     */
    public static Tokenizer of(List<String> merges) {
        Map<String, Integer> ids = new HashMap<>();
        for (String suffix : List.of("", WORD_END)) {
            for (int b : ORDER) {
                ids.put(SYMBOLS[b] + suffix, ids.size());
            }
        }
        int next = ids.size();
        for (String merge : merges) {
            ids.put(merge.replace(" ", ""), next++);
        }
        ids.put(CleanText.START, next);
        ids.put(CleanText.END, next + 1);
        return new Tokenizer(ids, merges, next, next + 1);
    }

    /** The token that begins a text. */
    public int start() {
        return start;
    }

    /** The token that ends a text. */
    public int end() {
        return end;
    }

    /** Every symbol's number. */
    Map<String, Integer> ids() {
        return ids;
    }

    /** Tokens of a text without its start and end. */
    public long[] encode(String text) {
        return CleanText.words(CleanText.of(text)).stream()
                .flatMapToLong(word -> Arrays.stream(known.computeIfAbsent(word, this::tokens)))
                .toArray();
    }

    /**
     * Rows for the text tower: start, tokens, end, zeros.
     *
     * @param context length of a row
     * @throws IllegalArgumentException when a text is longer; none is cut, which would name another thing
     */
    public long[][] encode(List<String> texts, int context) {
        long[][] rows = new long[texts.size()][context];
        for (int i = 0; i < rows.length; i++) {
            long[] tokens = encode(texts.get(i));
            if (tokens.length + 2 > context) {
                throw new IllegalArgumentException("text " + (i + 1) + " has " + tokens.length
                        + " tokens; the text tower takes " + (context - 2) + " beside start and end");
            }
            rows[i][0] = start;
            System.arraycopy(tokens, 0, rows[i], 1, tokens.length);
            rows[i][tokens.length + 1] = end;
        }
        return rows;
    }

    private long[] tokens(String word) {
        if (word.equals(CleanText.START)) {
            return new long[] {start};
        }
        if (word.equals(CleanText.END)) {
            return new long[] {end};
        }
        List<String> symbols = symbols(word);
        while (symbols.size() > 1) {
            String first = earliest(symbols);
            if (first == null) {
                break;
            }
            symbols = merged(symbols, first);
        }
        // Hugging Face's unknown token is the end; a derived vocabulary knows every symbol.
        return symbols.stream().mapToLong(s -> ids.getOrDefault(s, end)).toArray();
    }

    /** The bytes of a word as symbols, the last one marked. */
    static List<String> symbols(String word) {
        byte[] bytes = word.getBytes(StandardCharsets.UTF_8);
        List<String> symbols = new ArrayList<>(bytes.length);
        for (int i = 0; i < bytes.length; i++) {
            symbols.add(SYMBOLS[bytes[i] & 0xff] + (i == bytes.length - 1 ? WORD_END : ""));
        }
        return symbols;
    }

    private @Nullable String earliest(List<String> symbols) {
        String best = null;
        int rank = Integer.MAX_VALUE;
        for (int i = 0; i + 1 < symbols.size(); i++) {
            String pair = symbols.get(i) + " " + symbols.get(i + 1);
            Integer found = ranks.get(pair);
            if (found != null && found < rank) {
                rank = found;
                best = pair;
            }
        }
        return best;
    }

    /** With every occurrence of the pair joined, from the left. */
    static List<String> merged(List<String> symbols, String pair) {
        List<String> out = new ArrayList<>(symbols.size());
        for (int i = 0; i < symbols.size(); i++) {
            boolean here = i + 1 < symbols.size() && (symbols.get(i) + " " + symbols.get(i + 1)).equals(pair);
            out.add(here ? symbols.get(i) + symbols.get(++i) : symbols.get(i));
        }
        return out;
    }
}
