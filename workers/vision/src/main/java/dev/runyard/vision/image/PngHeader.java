package dev.runyard.vision.image;

/**
 * The IHDR chunk.
 *
 * @param depth bits of a sample: 1, 2, 4, 8, 16
 * @param colour 0 grey, 2 RGB, 3 palette, 4 grey and alpha, 6 RGBA
 * @param interlaced Adam7
 */
record PngHeader(int width, int height, int depth, int colour, boolean interlaced) {
    static PngHeader read(Bytes in) throws ImageException {
        if (in.big32(8) != 13 || !in.startsWith(12, "IHDR")) {
            throw in.damaged(8, "a PNG begins with an IHDR chunk of 13 bytes");
        }
        int width = in.big32(16);
        int height = in.big32(20);
        int depth = in.u8(24);
        int colour = in.u8(25);
        int interlace = in.u8(28);
        boolean known =
                switch (colour) {
                    case 0 -> depth == 1 || depth == 2 || depth == 4 || depth == 8 || depth == 16;
                    case 3 -> depth == 1 || depth == 2 || depth == 4 || depth == 8;
                    case 2, 4, 6 -> depth == 8 || depth == 16;
                    default -> false;
                };
        if (!known || in.u8(26) != 0 || in.u8(27) != 0 || interlace > 1) {
            throw in.damaged(16, "IHDR with an impossible depth, colour type or interlace");
        }
        return new PngHeader(
                width < 0 ? Integer.MAX_VALUE : width,
                height < 0 ? Integer.MAX_VALUE : height,
                depth,
                colour,
                interlace == 1);
    }

    int samples() {
        return switch (colour) {
            case 2 -> 3;
            case 4 -> 2;
            case 6 -> 4;
            default -> 1;
        };
    }
}
