package dev.runyard.vision.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.runyard.vision.SharedData;
import dev.runyard.vision.backbone.weights.WeightsException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tokens as CLIP's own code makes them, from each of the files that a vocabulary comes in. */
class TokenizerTest {
    private static final int CLIP = 49_408;

    @TempDir
    Path folder;

    /** {@code tokens.json} was written by open_clip 3.3.0, whose tokenizer is a copy of OpenAI's, with ftfy 6.3.1. */
    @Test
    void equalsTheReference() throws IOException {
        Tokenizer tokenizer = TokenizerFiles.beside(SharedData.path("labels"), CLIP);
        assertThat(tokenizer.start()).isEqualTo(49_406);
        assertThat(tokenizer.end()).isEqualTo(49_407);
        List<String> wrong = new ArrayList<>();
        int texts = 0;
        for (JsonNode pair : tokens()) {
            long[] expected = StreamSupport.stream(pair.get(1).spliterator(), false)
                    .mapToLong(JsonNode::asLong)
                    .toArray();
            long[] got = tokenizer.encode(pair.get(0).asText());
            texts++;
            if (!java.util.Arrays.equals(got, expected)) {
                wrong.add(pair.get(0) + " gave " + java.util.Arrays.toString(got) + ", wanted "
                        + java.util.Arrays.toString(expected));
            }
        }
        assertThat(texts).isGreaterThan(40);
        assertThat(wrong).isEmpty();
    }

    private static JsonNode tokens() throws IOException {
        try (InputStream in = TokenizerTest.class.getResourceAsStream("tokens.json")) {
            return new ObjectMapper().readTree(in);
        }
    }

    @Test
    void rowsHaveStartEndAndZeros() {
        Tokenizer bytes = Tokenizer.of(List.of("t h", "th e</w>"));
        // 256 bytes, 256 at the end of a word, two merges.
        assertThat(bytes.start()).isEqualTo(514);
        assertThat(bytes.encode("The the")).containsExactly(513, 513);
        assertThat(bytes.encode("the<|endoftext|>")).containsExactly(513, 515);
        assertThat(bytes.encode(List.of("the", ""), 4))
                .isDeepEqualTo(new long[][] {{514, 513, 515, 0}, {514, 515, 0, 0}});
        assertThatThrownBy(() -> bytes.encode(List.of("four letters"), 8))
                .hasMessage("text 1 has 11 tokens; the text tower takes 6 beside start and end");
    }

    /** The same ids whichever of Hugging Face's files they are read from. */
    @Test
    void everyFormOfTheFilesGivesTheSame() throws IOException {
        List<String> merges = Merges.learn(List.of("a photo of a cat", "a photo of a dog", "a photo of the cats"), 20);
        int vocabulary = 514 + merges.size();
        Merges.write(folder.resolve("merges.txt"), merges);
        Tokenizer plain = TokenizerFiles.beside(folder, vocabulary);
        long[] expected = plain.encode("a photo of a cat, new words");

        ObjectNode vocab = new ObjectMapper().createObjectNode();
        plain.ids().forEach(vocab::put);
        Files.writeString(folder.resolve("vocab.json"), vocab.toString());
        assertThat(TokenizerFiles.beside(folder, vocabulary).encode("a photo of a cat, new words"))
                .isEqualTo(expected);

        Files.delete(folder.resolve("merges.txt"));
        Files.delete(folder.resolve("vocab.json"));
        ObjectNode fast = new ObjectMapper().createObjectNode();
        ArrayNode pairs = fast.putObject("model").putArray("merges");
        merges.forEach(pairs::add);
        ((ObjectNode) fast.get("model")).set("vocab", vocab);
        Files.writeString(folder.resolve("tokenizer.json"), fast.toString());
        Tokenizer read = TokenizerFiles.beside(folder, vocabulary);
        assertThat(read.encode("a photo of a cat, new words")).isEqualTo(expected);
        assertThat(read.end()).isEqualTo(vocabulary - 1);
    }

    @Test
    void learnsTheMostFrequentPairsFirst() {
        List<String> merges = Merges.learn(List.of("low low low", "lower newest newest newest", "widest"), 4);
        assertThat(merges).containsExactly("e s", "es t</w>", "l o", "e w");
        assertThat(Merges.learn(List.of("abc"), 10)).isEmpty();
    }

    @Test
    void refusesFilesOfOtherWeights() throws IOException {
        assertThatThrownBy(() -> TokenizerFiles.beside(folder, CLIP))
                .isInstanceOf(WeightsException.class)
                .hasMessageContaining("has no tokenizer for the text tower; put CLIP's bpe_simple_vocab_16e6.txt.gz");
        Merges.write(folder.resolve("merges.txt"), List.of("a b"));
        assertThatThrownBy(() -> TokenizerFiles.beside(folder, CLIP))
                .hasMessage("merges.txt: has 1 merges, the weights' vocabulary of 49408 needs 48894;"
                        + " it belongs to other weights");
        assertThatThrownBy(() -> TokenizerFiles.beside(folder, 100)).hasMessageContaining("needs -414");
        Files.writeString(folder.resolve("merges.txt"), "#version: 0.2\na b c\n");
        assertThatThrownBy(() -> TokenizerFiles.beside(folder, CLIP))
                .hasMessage("merges.txt: line 2 is not two symbols with a space between");
        Files.writeString(folder.resolve("merges.txt"), "a b\n");
        Files.writeString(folder.resolve("vocab.json"), "{\"a\": 7");
        assertThatThrownBy(() -> TokenizerFiles.beside(folder, CLIP)).hasMessageContaining("is not JSON");
        Files.writeString(folder.resolve("vocab.json"), "{\"a\": 7}");
        assertThatThrownBy(() -> TokenizerFiles.beside(folder, CLIP)).hasMessageContaining("lacks <|startoftext|>");
        Files.writeString(folder.resolve("vocab.json"), "{\"a\": 70000}");
        assertThatThrownBy(() -> TokenizerFiles.beside(folder, CLIP))
                .hasMessageContaining("is not one of the 49408 that the weights know");
        Files.delete(folder.resolve("vocab.json"));
        Files.delete(folder.resolve("merges.txt"));
        Files.writeString(folder.resolve("bpe_simple_vocab_16e6.txt.gz"), "no gzip");
        assertThatThrownBy(() -> TokenizerFiles.beside(folder, CLIP))
                .isInstanceOf(WeightsException.class)
                .hasMessageContaining("is not a whole gzip file");
    }
}
