package dev.runyard.vision.plot;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;

/**
 * A picture that can be drawn on any surface.
 *
 * @param width px
 * @param height px
 */
public record Figure(int width, int height, Consumer<Surface> drawing) {
    /**
     * Writes {@code name.png} and {@code name.svg}.
     *
     * @return the files' names
     */
    public List<String> write(Path folder, String name) throws IOException {
        try (PngSurface png = new PngSurface(width, height);
                OutputStream out = new BufferedOutputStream(Files.newOutputStream(folder.resolve(name + ".png")))) {
            drawing.accept(png);
            png.write(out);
        }
        SvgSurface svg = new SvgSurface(width, height);
        drawing.accept(svg);
        Files.writeString(folder.resolve(name + ".svg"), svg.document());
        return List.of(name + ".png", name + ".svg");
    }
}
