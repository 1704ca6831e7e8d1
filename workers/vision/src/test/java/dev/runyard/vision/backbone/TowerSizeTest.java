package dev.runyard.vision.backbone;

import static org.assertj.core.api.Assertions.assertThat;

import dev.runyard.vision.Golden;
import dev.runyard.vision.backbone.vit.VitShape;
import dev.runyard.vision.backbone.vit.VitShape.Naming;
import dev.runyard.vision.backbone.weights.Entry;
import dev.runyard.vision.backbone.weights.Layout;
import dev.runyard.vision.backbone.weights.Layout.Parts;
import dev.runyard.vision.backbone.weights.Layout.Sizes;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What full fine-tuning and bias tuning train, from the shapes alone (science reference §7). */
class TowerSizeTest {
    private static final Sizes B32 = new Sizes(768, 32, 50, 12, 3_072, 512, 0);
    private static final Parts CLIP = new Parts(false, true, true, false, false);

    @Test
    void visionTowerOfClipB32() {
        assertThat(count(Layout.entries(Naming.OPENAI_CLIP, B32, CLIP, false), ""))
                .isEqualTo(87_849_216);
    }

    @Test
    void biasesOfClipB32() {
        long block = 2 * 768 + 3 * 768 + 768 + 3_072 + 768; // norms, qkv, projection, MLP
        assertThat(count(Layout.entries(Naming.OPENAI_CLIP, B32, CLIP, false), ".bias"))
                .isEqualTo(12 * block + 2 * 768);
    }

    @Test
    void countOfAReadBackboneIsThatOfItsShapes() throws IOException {
        Golden golden = new Golden("openai-clip");
        try (FrozenBackbone backbone =
                FrozenBackbone.open(golden.file("weights.safetensors").toString())) {
            VitShape shape = backbone.shape();
            long hidden = backbone.tensor("blocks.0.mlp.fc1.weight").getShape().get(0);
            Sizes sizes = new Sizes(
                    shape.width(), shape.patch(), shape.tokens(), shape.depth(), hidden, shape.embedding(), 0);
            assertThat(backbone.parameters())
                    .isEqualTo(count(Layout.entries(Naming.OPENAI_CLIP, sizes, CLIP, false), ""));
        }
    }

    private static long count(List<Entry> entries, String end) {
        return entries.stream()
                .filter(e -> e.name().endsWith(end))
                .mapToLong(e -> e.shape().stream().reduce(1L, Math::multiplyExact))
                .sum();
    }
}
