package dev.runyard.e2e;

import java.awt.Color;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import javax.imageio.ImageIO;

/** A folder of small images in two classes that differ in their colour. */
final class TwoColours {
    private static final int EACH = 40;
    private static final int SIDE = 32;

    private TwoColours() {}

    /**
     * The same bytes for the same salt.
     *
     * @return the folder
     */
    static Path draw(Path root, int salt) throws IOException {
        for (String name : List.of("left", "right")) {
            Files.createDirectories(root.resolve(name));
            for (int i = 0; i < EACH; i++) {
                BufferedImage image = new BufferedImage(SIDE, SIDE, BufferedImage.TYPE_INT_RGB);
                for (int xy = 0; xy < SIDE * SIDE; xy++) {
                    int shade = Math.floorMod(xy * 31 + i * 17 + salt, 200);
                    Color colour = name.equals("left") ? new Color(255, shade, shade) : new Color(shade, shade, 255);
                    image.setRGB(xy % SIDE, xy / SIDE, colour.getRGB());
                }
                ImageIO.write(
                        image, "png", root.resolve(name).resolve(i + ".png").toFile());
            }
        }
        return root;
    }
}
