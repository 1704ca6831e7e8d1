package dev.runyard.vision.image;

import dev.runyard.vision.image.Raster.Mode;
import java.io.ByteArrayOutputStream;
import java.util.zip.CRC32;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;

/**
 * PNG (W3C, third edition) into Pillow's modes. Every chunk's checksum is checked, the image must be complete and end with IEND; never
 * inflates more than the dimensions call for.
 */
final class PngDecoder {
    private static final int[][] ADAM7 = {
        {0, 0, 8, 8}, {4, 0, 8, 8}, {0, 4, 4, 8}, {2, 0, 4, 4}, {0, 2, 2, 4}, {1, 0, 2, 2}, {0, 1, 1, 2}
    };

    private final Bytes in;
    private final PngHeader header;
    private final ByteArrayOutputStream packed = new ByteArrayOutputStream();
    private byte[] palette = new byte[0];

    private PngDecoder(Bytes in) throws ImageException {
        this.in = in;
        this.header = PngHeader.read(in);
    }

    static Raster decode(Bytes in) throws ImageException {
        PngDecoder decoder = new PngDecoder(in);
        decoder.chunks();
        return decoder.raster(decoder.samples());
    }

    private void chunks() throws ImageException {
        int at = 8;
        boolean ended = false;
        while (!ended) {
            int length = in.big32(at);
            if (length < 0 || length > in.length() - at - 12) {
                throw in.ends();
            }
            String type = in.ascii(at + 4, 4);
            CRC32 crc = new CRC32();
            crc.update(in.bytes(), at + 4, length + 4);
            if ((int) crc.getValue() != in.big32(at + 8 + length)) {
                throw in.damaged(at, "the checksum of a chunk is wrong");
            }
            switch (type) {
                case "IDAT" -> packed.write(in.bytes(), at + 8, length);
                case "PLTE" -> {
                    if (length % 3 != 0 || length > 768 || length == 0) {
                        throw in.damaged(at, "a palette of an impossible length");
                    }
                    palette = new byte[768];
                    System.arraycopy(in.bytes(), at + 8, palette, 0, length);
                }
                case "IEND" -> ended = true;
                case "IHDR" -> {
                    if (at != 8) {
                        throw in.damaged(at, "a second IHDR chunk");
                    }
                }
                default -> {
                    if (Character.isUpperCase(type.charAt(0))) {
                        throw in.damaged(at, "a critical chunk of an unknown type");
                    }
                }
            }
            at += 12 + length;
        }
        if (header.colour() == 3 && palette.length == 0) {
            throw in.damaged(at, "a palette image without PLTE chunk");
        }
    }

    /** One sample a byte, 16-bit samples as two; alpha and colours interleaved, rows from the top. */
    private byte[] samples() throws ImageException {
        int bytes = header.depth() == 16 ? 2 : 1;
        byte[] out = new byte[header.width() * header.height() * header.samples() * bytes];
        Inflater inflater = new Inflater();
        try {
            inflater.setInput(packed.toByteArray());
            if (header.interlaced()) {
                for (int[] pass : ADAM7) {
                    pass(inflater, out, pass[0], pass[1], pass[2], pass[3]);
                }
            } else {
                pass(inflater, out, 0, 0, 1, 1);
            }
        } finally {
            inflater.end();
        }
        return out;
    }

    private void pass(Inflater inflater, byte[] out, int left, int top, int across, int down) throws ImageException {
        int width = (header.width() - left + across - 1) / across;
        int height = (header.height() - top + down - 1) / down;
        if (width <= 0 || height <= 0) {
            return;
        }
        int bits = header.depth() * header.samples();
        int pixel = Math.max(1, bits / 8);
        int rowBytes = (width * bits + 7) / 8;
        byte[] row = new byte[rowBytes + 1];
        byte[] above = new byte[rowBytes + 1];
        for (int y = 0; y < height; y++) {
            inflate(inflater, row);
            unfilter(row, above, pixel);
            spread(row, out, width, (top + y * down) * header.width() + left, across);
            byte[] swap = above;
            above = row;
            row = swap;
        }
    }

    private void inflate(Inflater inflater, byte[] row) throws ImageException {
        try {
            int n = 0;
            while (n < row.length) {
                int got = inflater.inflate(row, n, row.length - n);
                if (got == 0 && (inflater.finished() || inflater.needsInput() || inflater.needsDictionary())) {
                    throw in.damaged(in.length(), "the pixel data ends before the last row");
                }
                n += got;
            }
        } catch (DataFormatException e) {
            throw in.damaged(in.length(), "the pixel data does not inflate");
        }
    }

    private void unfilter(byte[] row, byte[] above, int pixel) throws ImageException {
        int filter = row[0];
        if (filter < 0 || filter > 4) {
            throw in.damaged(in.length(), "a row filter that is unknown");
        }
        for (int i = 1; i < row.length && filter != 0; i++) {
            int a = i > pixel ? row[i - pixel] & 0xff : 0;
            int b = above[i] & 0xff;
            int c = i > pixel ? above[i - pixel] & 0xff : 0;
            int guess =
                    switch (filter) {
                        case 1 -> a;
                        case 2 -> b;
                        case 3 -> (a + b) / 2;
                        default -> paeth(a, b, c);
                    };
            row[i] += (byte) guess;
        }
    }

    private static int paeth(int a, int b, int c) {
        int p = a + b - c;
        int pa = Math.abs(p - a);
        int pb = Math.abs(p - b);
        int pc = Math.abs(p - c);
        return pa <= pb && pa <= pc ? a : pb <= pc ? b : c;
    }

    /** Puts a row's pixels where they belong, packed samples one a byte. */
    private void spread(byte[] row, byte[] out, int width, int first, int step) {
        int depth = header.depth();
        if (depth < 8) {
            int mask = (1 << depth) - 1;
            for (int x = 0; x < width; x++) {
                int bit = x * depth;
                out[first + x * step] = (byte) (row[1 + bit / 8] >> (8 - depth - bit % 8) & mask);
            }
            return;
        }
        int n = header.samples() * depth / 8;
        if (step == 1) {
            System.arraycopy(row, 1, out, first * n, width * n);
            return;
        }
        for (int x = 0; x < width; x++) {
            System.arraycopy(row, 1 + x * n, out, (first + x * step) * n, n);
        }
    }

    private Raster raster(byte[] samples) throws ImageException {
        boolean wide = header.depth() == 16;
        byte[] data = wide ? upper(samples) : samples;
        Mode mode =
                switch (header.colour()) {
                    case 0 -> header.depth() == 1 ? Mode.BIT : Mode.GREY;
                    case 2 -> Mode.RGB;
                    case 3 -> Mode.PALETTE;
                    case 4 -> Mode.GREY_ALPHA;
                    default -> Mode.RGBA;
                };
        if (header.colour() == 0 && header.depth() < 8) {
            int factor = 255 / ((1 << header.depth()) - 1);
            for (int i = 0; i < data.length; i++) {
                data[i] = (byte) (data[i] * factor);
            }
        }
        // Only 16-bit grey is handled otherwise than by Pillow, which keeps the upper byte of the other 16-bit kinds as
        // here.
        boolean scaled = wide && header.colour() == 0;
        return new Raster(
                mode, header.width(), header.height(), data, mode == Mode.PALETTE ? palette : new byte[0], scaled);
    }

    private static byte[] upper(byte[] samples) {
        byte[] out = new byte[samples.length / 2];
        for (int i = 0; i < out.length; i++) {
            out[i] = samples[2 * i];
        }
        return out;
    }
}
