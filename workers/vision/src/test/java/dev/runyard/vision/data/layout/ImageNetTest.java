package dev.runyard.vision.data.layout;

import static org.assertj.core.api.Assertions.assertThat;

import dev.runyard.spec.json.Json;
import dev.runyard.vision.SharedData;
import java.io.IOException;
import java.nio.file.Files;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;

class ImageNetTest {
    @Test
    void aThousandClassesInAscendingOrder() {
        List<String> wnids = ImageNet.wnids();
        assertThat(wnids).hasSize(ImageNet.CLASSES).doesNotHaveDuplicates().isSorted();
        assertThat(wnids).startsWith("n01440764").endsWith("n15075141");
        assertThat(IntStream.range(0, 1000)
                        .allMatch(i -> ImageNet.index(wnids.get(i)).orElseThrow() == i))
                .isTrue();
        assertThat(ImageNet.index("n00000001")).isEmpty();
    }

    @Test
    void twoSubsetsOfTwoHundredShareEightySix() {
        int[] a = ImageNet.subsetA();
        int[] r = ImageNet.subsetR();
        assertThat(a).hasSize(200).isSorted().startsWith(6, 11, 13).doesNotHaveDuplicates();
        assertThat(r).hasSize(200).isSorted().startsWith(1, 2, 4).doesNotHaveDuplicates();
        assertThat(Arrays.stream(a).filter(i -> Arrays.binarySearch(r, i) >= 0).count())
                .isEqualTo(86);
        a[0] = -1;
        assertThat(ImageNet.subsetA()[0]).as("callers get copies").isEqualTo(6);
    }

    @Test
    void theSubsetsAreThePublishedOnes() throws IOException {
        assertThat(ids("labels/imagenet_a_subset.json")).isEqualTo(named(ImageNet.subsetA()));
        assertThat(ids("labels/imagenet_r_subset.json")).isEqualTo(named(ImageNet.subsetR()));
    }

    private static List<String> named(int[] subset) {
        return Arrays.stream(subset).mapToObj(ImageNet.wnids()::get).toList();
    }

    private static List<String> ids(String file) throws IOException {
        var wnids = Json.mapper()
                .readTree(Files.readAllBytes(SharedData.path(file)))
                .get("wnids");
        return StreamSupport.stream(wnids.spliterator(), false)
                .map(com.fasterxml.jackson.databind.JsonNode::textValue)
                .sorted()
                .toList();
    }
}
