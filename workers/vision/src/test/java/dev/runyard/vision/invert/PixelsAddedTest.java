package dev.runyard.vision.invert;

import static org.assertj.core.api.Assertions.assertThat;

import dev.runyard.vision.invert.PixelsAdded.Geometry;
import java.io.StringReader;
import java.util.List;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.xml.sax.InputSource;

/** Smaller patches need less room for as many prompts. */
class PixelsAddedTest {
    private static final PixelsAdded FIGURE =
            new PixelsAdded(14, List.of(Geometry.of("ViT-B/32", 224, 32, 14), Geometry.of("ViT-B/16", 224, 16, 14)));

    @Test
    void roomByPatch() {
        assertThat(FIGURE.csv().lines())
                .containsExactly(
                        "backbone,image,patch,prompts,rows,pixels_added,percent_added",
                        "\"ViT-B/32\",224,32,14,2,14336,28.57",
                        "\"ViT-B/16\",224,16,14,1,3584,7.14");
        assertThat(Geometry.of("ViT-L/14", 224, 14, 14).prompts()).isEqualTo(16);
    }

    @Test
    void theFigureIsWellFormed() throws Exception {
        org.w3c.dom.Document svg = DocumentBuilderFactory.newInstance()
                .newDocumentBuilder()
                .parse(new InputSource(new StringReader(FIGURE.svg())));
        assertThat(svg.getElementsByTagName("rect").getLength()).isEqualTo(1 + (1 + 14) + (1 + 14));
        assertThat(svg.getElementsByTagName("text").getLength()).isEqualTo(6);
    }
}
