package dev.runyard.vision.image;

/**
 * What stands before a JPEG's first scan, read as libjpeg does.
 *
 * @param components 1, 3 or 4
 * @param frame code of the frame marker, 0xC0 baseline, 0xC1 extended, 0xC2 progressive
 * @param colour how the components are to be understood
 * @param orientation EXIF orientation, 1 when there is none
 * @param scan position of the first scan's marker
 */
record JpegHeader(int width, int height, int components, int frame, Colour colour, int orientation, int scan) {

    enum Colour {
        GREY,
        YCC,
        RGB,
        CMYK,
        YCCK
    }

    static JpegHeader read(Bytes in) throws ImageException {
        return new Reader(in).read();
    }

    /**
     * Position of the next marker's last 0xff, at or behind a place. Bytes that are none are passed over, as libjpeg and Pillow do.
     *
     * @throws ImageException when the file ends before it
     */
    static int marker(Bytes in, int from) throws ImageException {
        int at = from;
        while (in.u8(at) != 0xff || in.u8(at + 1) == 0xff || in.u8(at + 1) == 0) {
            at++;
        }
        return at;
    }

    private static final class Reader {
        private final Bytes in;
        private boolean jfif;
        private int adobe = -1;
        private int orientation = 1;
        private int frame = -1;
        private int frameAt;

        Reader(Bytes in) {
            this.in = in;
        }

        JpegHeader read() throws ImageException {
            int at = 2;
            while (true) {
                at = marker(in, at);
                int marker = in.u8(at + 1);
                if (marker == 0xda) {
                    return header(at);
                }
                if (marker == 0xd9) {
                    throw in.damaged(at, "it ends without an image");
                }
                if (marker == 0x01 || (marker >= 0xd0 && marker <= 0xd7)) {
                    at += 2;
                    continue;
                }
                int length = in.big16(at + 2);
                if (length < 2 || at + 2 + length > in.length()) {
                    if (length < 2) {
                        throw in.damaged(at + 2, "a segment of an impossible length");
                    }
                    throw in.ends();
                }
                segment(marker, at + 4, length - 2);
                at += 2 + length;
            }
        }

        private void segment(int marker, int at, int length) throws ImageException {
            if (marker == 0xe0 && length >= 14 && in.startsWith(at, "JFIF\0")) {
                jfif = true;
            } else if (marker == 0xee && length >= 12 && in.startsWith(at, "Adobe")) {
                adobe = in.u8(at + 11);
            } else if (marker == 0xe1 && in.startsWith(at, "Exif\0\0")) {
                orientation = Exif.orientation(in, at + 6, length - 6);
            } else if (marker >= 0xc0 && marker <= 0xcf && marker != 0xc4 && marker != 0xc8 && marker != 0xcc) {
                if (frame >= 0) {
                    throw in.damaged(at, "a second frame header");
                }
                frame = marker;
                frameAt = at;
                if (length < 6 || length < 6 + 3 * in.u8(at + 5)) {
                    throw in.damaged(at, "a frame header of an impossible length");
                }
            }
        }

        private JpegHeader header(int scan) throws ImageException {
            if (frame < 0) {
                throw in.damaged(scan, "a scan before the frame header");
            }
            int depth = in.u8(frameAt);
            int components = in.u8(frameAt + 5);
            if (frame > 0xc2 || depth != 8) {
                throw in.fault(
                        "UNSUPPORTED_FORMAT",
                        "is a JPEG of another kind than 8-bit baseline or progressive; convert it");
            }
            if (components != 1 && components != 3 && components != 4) {
                throw in.fault("UNSUPPORTED_FORMAT", "is a JPEG of neither 1, 3 nor 4 components");
            }
            int height = in.big16(frameAt + 1);
            if (height == 0) {
                throw in.fault("UNSUPPORTED_FORMAT", "is a JPEG that gives its height after the pixels");
            }
            return new JpegHeader(
                    in.big16(frameAt + 3), height, components, frame, colour(components), orientation, scan);
        }

        /** libjpeg's rule (default_decompress_parms). */
        private Colour colour(int components) throws ImageException {
            if (components == 1) {
                return Colour.GREY;
            }
            if (components == 4) {
                return adobe == 2 ? Colour.YCCK : Colour.CMYK;
            }
            if (jfif) {
                return Colour.YCC;
            }
            if (adobe >= 0) {
                return adobe == 0 ? Colour.RGB : Colour.YCC;
            }
            boolean named = in.u8(frameAt + 6) == 'R' && in.u8(frameAt + 9) == 'G' && in.u8(frameAt + 12) == 'B';
            return named ? Colour.RGB : Colour.YCC;
        }
    }
}
