package dev.runyard.vision.image;

import java.nio.charset.StandardCharsets;
import java.util.Locale;

/**
 * What must be known before a pixel is decoded: the format by content (never by name) and the dimensions. Reads headers only, so a
 * file that would decode to gigabytes costs nothing.
 */
public final class ImageGuard {
    /** Most pixels of an image. */
    public static final long MAX_PIXELS = 50_000_000;
    /** Most pixels of a side. */
    public static final int MAX_SIDE = 20_000;
    /** Most bytes of a file. */
    public static final int MAX_BYTES = 256 << 20;

    private ImageGuard() {}

    /** Formats that are decoded. */
    public enum Format {
        JPEG,
        PNG,
        GIF
    }

    /**
     * A file that may be decoded.
     *
     * @param width pixels as stored; an EXIF orientation is not applied
     * @param orientation EXIF orientation 1 to 8, 1 when there is none
     */
    public record Info(Format format, int width, int height, int orientation) {}

    /**
     * Looks at the headers.
     *
     * @param name for messages
     * @throws ImageException NOT_AN_IMAGE, UNSUPPORTED_FORMAT, IMAGE_TOO_LARGE, TRUNCATED_IMAGE
     */
    public static Info check(String name, byte[] bytes) throws ImageException {
        Bytes in = new Bytes(name, bytes);
        if (bytes.length == 0) {
            throw in.fault("NOT_AN_IMAGE", "is empty");
        }
        if (bytes.length > MAX_BYTES) {
            throw in.fault("IMAGE_TOO_LARGE", "has " + bytes.length + " bytes, the limit is " + MAX_BYTES);
        }
        Info info =
                switch (format(in)) {
                    case PNG -> {
                        PngHeader header = PngHeader.read(in);
                        yield new Info(Format.PNG, header.width(), header.height(), 1);
                    }
                    case GIF -> new Info(Format.GIF, in.little16(6), in.little16(8), 1);
                    case JPEG -> {
                        JpegHeader header = JpegHeader.read(in);
                        yield new Info(Format.JPEG, header.width(), header.height(), header.orientation());
                    }
                };
        checkSize(in, info.width, info.height);
        return info;
    }

    private static void checkSize(Bytes in, long width, long height) throws ImageException {
        if (width < 1 || height < 1) {
            throw in.fault("NOT_AN_IMAGE", "has no pixels: " + width + "×" + height);
        }
        if (width > MAX_SIDE || height > MAX_SIDE || width * height > MAX_PIXELS) {
            throw in.fault(
                    "IMAGE_TOO_LARGE",
                    String.format(
                            Locale.ROOT,
                            "is %d×%d; at most %d pixels a side and %d in all are decoded",
                            width,
                            height,
                            MAX_SIDE,
                            MAX_PIXELS));
        }
    }

    private static Format format(Bytes in) throws ImageException {
        if (in.startsWith(0, "\u0089PNG\r\n\u001a\n")) {
            return Format.PNG;
        }
        if (in.startsWith(0, "\u00ff\u00d8\u00ff")) {
            return Format.JPEG;
        }
        if (in.startsWith(0, "GIF87a") || in.startsWith(0, "GIF89a")) {
            return Format.GIF;
        }
        String other = other(in);
        if (!other.isEmpty()) {
            throw in.fault("UNSUPPORTED_FORMAT", "is " + other + "; convert it to PNG or JPEG");
        }
        if (in.length() < 8 && (in.startsWith(0, "\u0089PN") || in.startsWith(0, "\u00ff\u00d8"))) {
            throw in.fault("TRUNCATED_IMAGE", "ends at byte " + in.length() + ", inside the signature");
        }
        throw in.fault("NOT_AN_IMAGE", text(in));
    }

    /** Image formats that are known by their first bytes and not decoded. */
    private static String other(Bytes in) {
        if (in.startsWith(0, "RIFF") && in.startsWith(8, "WEBP")) {
            return "WebP";
        }
        if (in.startsWith(4, "ftyp")) {
            String brand = in.ascii(8, 4);
            if (brand.equals("avif") || brand.equals("avis")) {
                return "AVIF";
            }
            if (brand.startsWith("he") || brand.equals("mif1") || brand.equals("msf1")) {
                return "HEIC";
            }
        }
        if (in.startsWith(0, "BM") && in.length() > 26 && in.little16(6) == 0 && in.little16(8) == 0) {
            return "BMP";
        }
        if (in.startsWith(0, "II*\0") || in.startsWith(0, "MM\0*")) {
            return "TIFF";
        }
        if (in.startsWith(0, "\0\0\0\fjP  ") || in.startsWith(0, "\u00ff\n")) {
            return in.startsWith(4, "jP") ? "JPEG 2000" : "JPEG XL";
        }
        return in.startsWith(0, "%PDF") ? "a PDF" : "";
    }

    private static String text(Bytes in) {
        String head = new String(in.bytes(), 0, Math.min(256, in.length()), StandardCharsets.ISO_8859_1)
                .strip()
                .toLowerCase(Locale.ROOT);
        if (head.startsWith("<svg") || (head.startsWith("<?xml") && head.contains("<svg"))) {
            return "is an SVG drawing, not pixels";
        }
        if (head.startsWith("<!doctype") || head.startsWith("<html") || head.startsWith("<?xml")) {
            return "is a web page, not an image; the download it came from probably failed";
        }
        if (head.startsWith("version https://git-lfs")) {
            return "is a Git LFS pointer; fetch the real file with git lfs pull";
        }
        return "is no image: it begins like no known format; remove it, or take the real file";
    }
}
