package dev.runyard.vision.image;

import dev.runyard.vision.file.Gate;
import java.io.IOException;
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
        return decode(name, bytes, () -> {});
    }

    /**
     * As {@link #decode(String, byte[])}.
     *
     * @param mended told of a damaged JPEG that libjpeg mends with a warning: bytes that do not belong there, or data that end before
     *     the last row although the end marker follows
     */
    public static Raster decode(String name, byte[] bytes, Runnable mended) throws ImageException {
        ImageGuard.Info info = ImageGuard.check(name, bytes);
        Bytes in = new Bytes(name, bytes);
        return switch (info.format()) {
            case PNG -> PngDecoder.decode(in);
            case GIF -> GifDecoder.decode(in);
            case JPEG -> JpegDecoder.decode(in, mended);
        };
    }

    /** Decodes a file. */
    public static Raster decode(Path file) throws IOException {
        Gate gate = new Gate((code, message) ->
                new ImageException(code.equals("FILE_TOO_LARGE") ? "IMAGE_TOO_LARGE" : code, message));
        return decode(file.toString(), gate.whole(file, ImageGuard.MAX_BYTES));
    }
}
