package dev.runyard.vision.text;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.runyard.vision.backbone.weights.WeightFiles;
import dev.runyard.vision.backbone.weights.WeightsException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.GZIPInputStream;

/**
 * The tokenizer that belongs to weights, from the files beside them: Hugging Face's {@code vocab.json} with {@code merges.txt}, or
 * its {@code tokenizer.json}; a {@code merges.txt} alone; or OpenAI's {@code bpe_simple_vocab_16e6.txt.gz}.
 */
public final class TokenizerFiles {
    private static final String VOCABULARY = "vocab.json";
    private static final String MERGES = "merges.txt";
    private static final String FAST = "tokenizer.json";
    private static final String OPENAI = "bpe_simple_vocab_16e6.txt.gz";

    /** Of a file, unpacked: CLIP's own has 3 MB, Hugging Face's form of it 4 MB. */
    private static final int LARGEST = 64 << 20;

    /** Bytes alone and at the end of a word, start and end. */
    private static final int WITHOUT_MERGES = 256 + 256 + 2;

    private TokenizerFiles() {}

    /**
     * @param folder of the weights
     * @param vocabulary tokens that the weights know
     * @throws WeightsException when there is none, it is damaged, or it belongs to other weights
     */
    public static Tokenizer beside(Path folder, int vocabulary) throws IOException {
        if (Files.exists(folder.resolve(VOCABULARY)) && Files.exists(folder.resolve(MERGES))) {
            JsonNode vocab = json(folder.resolve(VOCABULARY));
            return named(VOCABULARY, vocab, merges(folder.resolve(MERGES)), vocabulary);
        }
        if (Files.exists(folder.resolve(FAST))) {
            return fast(json(folder.resolve(FAST)), vocabulary);
        }
        for (String name : List.of(MERGES, OPENAI)) {
            if (Files.exists(folder.resolve(name))) {
                return derived(name, merges(folder.resolve(name)), vocabulary);
            }
        }
        throw new WeightsException(folder + ": has no tokenizer for the text tower; put CLIP's " + OPENAI + ", or "
                + MERGES + " (with " + VOCABULARY + "), or " + FAST + " beside the weights");
    }

    /** As many merges as the weights have tokens for: OpenAI's file holds more than its models use. */
    private static Tokenizer derived(String file, List<String> merges, int vocabulary) throws WeightsException {
        int wanted = vocabulary - WITHOUT_MERGES;
        if (wanted < 0 || wanted > merges.size()) {
            throw new WeightsException(file + ": has " + merges.size() + " merges, the weights' vocabulary of "
                    + vocabulary + " needs " + wanted + "; it belongs to other weights");
        }
        return Tokenizer.of(merges.subList(0, wanted));
    }

    private static Tokenizer fast(JsonNode root, int vocabulary) throws WeightsException {
        JsonNode model = root.path("model");
        if (!model.path("vocab").isObject() || !model.path("merges").isArray()) {
            throw new WeightsException(FAST + ": is not a byte-pair encoding: model.vocab or model.merges is missing");
        }
        List<String> merges = new ArrayList<>();
        for (JsonNode merge : model.path("merges")) {
            merges.add(
                    merge.isArray()
                            ? merge.path(0).asText() + " " + merge.path(1).asText()
                            : merge.asText());
        }
        ObjectNode vocab = model.path("vocab").deepCopy();
        root.path("added_tokens")
                .forEach(token -> vocab.set(token.path("content").asText(), token.path("id")));
        return named(FAST, vocab, merges, vocabulary);
    }

    private static Tokenizer named(String file, JsonNode vocab, List<String> merges, int vocabulary)
            throws WeightsException {
        Map<String, Integer> ids = new HashMap<>();
        int at = 0;
        for (Map.Entry<String, JsonNode> e : vocab.properties()) {
            at++;
            int id = e.getValue().asInt(-1);
            if (id < 0 || id >= vocabulary) {
                throw new WeightsException(file + ": token " + at + " has an id that is not one of the " + vocabulary
                        + " that the weights know");
            }
            ids.put(e.getKey(), id);
        }
        Integer start = ids.get(CleanText.START);
        Integer end = ids.get(CleanText.END);
        if (start == null || end == null) {
            throw new WeightsException(file + ": lacks " + CleanText.START + " or " + CleanText.END);
        }
        return new Tokenizer(ids, merges, start, end);
    }

    private static List<String> merges(Path file) throws IOException {
        List<String> merges = new ArrayList<>();
        String text = new String(bytes(file), StandardCharsets.UTF_8);
        int line = 0;
        for (String row : text.split("\n", -1)) {
            String merge = row.strip();
            line++;
            boolean header = line == 1 && merge.contains("#version");
            if (header || merge.isEmpty()) {
                continue;
            }
            if (merge.split("\\s+").length != 2) {
                throw new WeightsException(
                        file.getFileName() + ": line " + line + " is not two symbols with a space between");
            }
            merges.add(merge.replaceFirst("\\s+", " "));
        }
        return merges;
    }

    private static JsonNode json(Path file) throws IOException {
        return WeightFiles.json(String.valueOf(file.getFileName()), bytes(file));
    }

    private static byte[] bytes(Path file) throws IOException {
        try (InputStream raw = WeightFiles.GATE.stream(file);
                InputStream in = file.toString().endsWith(".gz") ? new GZIPInputStream(raw) : raw) {
            byte[] bytes = in.readNBytes(LARGEST + 1);
            if (bytes.length > LARGEST) {
                throw new WeightsException(file.getFileName() + ": is larger than 64 MiB");
            }
            return bytes;
        } catch (java.util.zip.ZipException | java.io.EOFException e) {
            throw new WeightsException(file.getFileName() + ": is not a whole gzip file; download it again");
        }
    }
}
