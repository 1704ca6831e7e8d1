package dev.runyard.vision.image;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Bytes to pixels. */
public final class Images {
    private Images() {}

    /**
     * Decodes in the file's own mode, by content and whatever the file is called; EXIF orientation is not applied.
     *
     * @param name for messages
     * @throws ImageException when the bytes are no image, an unsupported or too large one, or a damaged one
     */
    public static Raster decode(String name, byte[] bytes) throws ImageException {
        ImageGuard.Info info = ImageGuard.check(name, bytes);
        Bytes in = new Bytes(name, bytes);
        return switch (info.format()) {
            case PNG -> PngDecoder.decode(in);
            case GIF -> GifDecoder.decode(in);
            case JPEG -> JpegDecoder.decode(in);
        };
    }

    /** Decodes a file. */
    public static Raster decode(Path file) throws IOException {
        if (Files.size(file) > ImageGuard.MAX_BYTES) {
            throw new ImageException(
                    "IMAGE_TOO_LARGE",
                    file + " has " + Files.size(file) + " bytes, the limit is " + ImageGuard.MAX_BYTES);
        }
        return decode(file.toString(), Files.readAllBytes(file));
    }
}
