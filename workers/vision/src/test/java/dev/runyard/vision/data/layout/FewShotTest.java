package dev.runyard.vision.data.layout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.runyard.spec.dataset.DatasetSpec.Classes;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** CoOp's draws; the numbers were printed by CPython 3.11's random. */
class FewShotTest {
    private static List<Integer> range(int n) {
        return IntStream.range(0, n).boxed().toList();
    }

    @Test
    void samplesAsPythonDoes() {
        PythonRandom one = new PythonRandom(1);
        assertThat(one.sample(range(50), 16))
                .containsExactly(8, 36, 4, 16, 7, 31, 28, 30, 41, 24, 13, 6, 44, 1, 40, 27);
        assertThat(one.sample(range(8), 4)).containsExactly(0, 5, 3, 2);
        assertThat(one.sample(range(1000), 8)).containsExactly(738, 821, 234, 605, 967, 104, 923, 325);
        assertThat(new PythonRandom(2).sample(range(10), 2)).containsExactly(0, 1);
        PythonRandom three = new PythonRandom(3);
        assertThat(three.sample(range(200), 1)).containsExactly(60);
        assertThat(three.sample(range(22), 5)).containsExactly(18, 17, 4, 11, 19);
        PythonRandom zero = new PythonRandom(0);
        List<Integer> last = List.of();
        for (int i = 0; i < 200; i++) { // beyond the first block of the generator
            last = zero.sample(range(700), 5);
        }
        assertThat(last).containsExactly(65, 438, 696, 227, 623);
    }

    private static List<Item> items(String part, int each) {
        List<Item> out = new ArrayList<>();
        for (int label : new int[] {2, 0, 1}) {
            for (int i = 0; i < each; i++) {
                out.add(new Item(part + "/" + label + "/" + i + ".jpg", label));
            }
        }
        return out;
    }

    private static Found found() {
        return new Found(
                "folders", true, List.of("a", "b", "c"), items("train", 20), items("val", 3), items("test", 2));
    }

    @Test
    void trainBeforeValInTheOrderOfTheList() throws Exception {
        Found few = FewShot.of(found(), 16, 1);
        PythonRandom python = new PythonRandom(1);
        List<String> wanted = new ArrayList<>();
        for (int label : new int[] {2, 0, 1}) {
            python.sample(range(20), 16).forEach(i -> wanted.add("train/" + label + "/" + i + ".jpg"));
        }
        assertThat(few.train()).extracting(Item::path).containsExactlyElementsOf(wanted);
        assertThat(few.val())
                .as("CoOp takes all where there are fewer than four")
                .hasSize(9);
        assertThat(few.test()).hasSize(6);
        Found two = FewShot.of(found(), 2, 3);
        assertThat(two.train()).hasSize(6);
        assertThat(two.val()).hasSize(6);
        assertThat(two.train()).isNotEqualTo(FewShot.of(found(), 2, 2).train());
    }

    @Test
    void moreThanAClassHasIsRefusedByName() {
        assertThatThrownBy(() -> FewShot.of(found(), 21, 1))
                .hasMessageContaining(
                        "dataset.shots: class \"number 2\" has 20 training images, fewer than 21; use at most 20");
    }

    @Test
    void baseAndNewAreHalves() throws Exception {
        Found base = FewShot.half(found(), Classes.BASE);
        Found rest = FewShot.half(found(), Classes.NEW);
        assertThat(base.classNames()).containsExactly("a", "b");
        assertThat(rest.classNames()).containsExactly("c");
        assertThat(base.train()).extracting(Item::label).containsOnly(0, 1).hasSize(40);
        assertThat(rest.test()).extracting(Item::label).containsOnly(0).hasSize(2);
        assertThat(FewShot.half(found(), Classes.ALL)).isEqualTo(found());
    }
}
