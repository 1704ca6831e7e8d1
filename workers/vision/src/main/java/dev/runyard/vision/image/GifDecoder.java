package dev.runyard.vision.image;

import dev.runyard.vision.image.Raster.Mode;
import java.util.Arrays;

/** The first frame of a GIF on its canvas, as palette indices; grey where the palette is the grey ramp, as Pillow has it. */
final class GifDecoder {
    private final Bytes in;
    private int at;
    private int transparent = -1;

    private GifDecoder(Bytes in) {
        this.in = in;
    }

    static Raster decode(Bytes in) throws ImageException {
        return new GifDecoder(in).frame();
    }

    private Raster frame() throws ImageException {
        int width = in.little16(6);
        int height = in.little16(8);
        int flags = in.u8(10);
        at = 13;
        byte[] palette = (flags & 0x80) != 0 ? palette(flags) : new byte[768];
        while (true) {
            int block = in.u8(at++);
            if (block == 0x21) {
                extension();
            } else if (block == 0x2c) {
                return image(width, height, palette);
            } else {
                throw in.damaged(at - 1, block == 0x3b ? "it ends without an image" : "an unknown block");
            }
        }
    }

    private byte[] palette(int flags) throws ImageException {
        int length = 3 << ((flags & 7) + 1);
        if (at + length > in.length()) {
            throw in.ends();
        }
        byte[] out = new byte[768];
        System.arraycopy(in.bytes(), at, out, 0, length);
        at += length;
        return out;
    }

    private void extension() throws ImageException {
        if (in.u8(at) == 0xf9 && in.u8(at + 1) == 4 && (in.u8(at + 2) & 1) != 0) {
            transparent = in.u8(at + 5);
        }
        at++;
        for (int n = in.u8(at++); n != 0; n = in.u8(at++)) {
            at += n;
        }
    }

    private Raster image(int canvasWidth, int canvasHeight, byte[] global) throws ImageException {
        int left = in.little16(at);
        int top = in.little16(at + 2);
        int width = in.little16(at + 4);
        int height = in.little16(at + 6);
        int flags = in.u8(at + 8);
        at += 9;
        byte[] palette = (flags & 0x80) != 0 ? palette(flags) : global;
        if (width == 0 || height == 0 || left + width > canvasWidth || top + height > canvasHeight) {
            throw in.damaged(at, "the frame leaves the canvas");
        }
        byte[] pixels = new byte[width * height];
        unpack(pixels);
        byte[] canvas = pixels;
        if (width != canvasWidth || height != canvasHeight || (flags & 0x40) != 0) {
            canvas = new byte[canvasWidth * canvasHeight];
            Arrays.fill(canvas, (byte) Math.max(0, transparent));
            for (int y = 0; y < height; y++) {
                int row = (flags & 0x40) != 0 ? interlaced(y, height) : y;
                System.arraycopy(pixels, y * width, canvas, (top + row) * canvasWidth + left, width);
            }
        }
        return greyRamp(palette)
                ? new Raster(Mode.GREY, canvasWidth, canvasHeight, canvas, new byte[0], false)
                : new Raster(Mode.PALETTE, canvasWidth, canvasHeight, canvas, palette, false);
    }

    /** Row of the y-th stored row: every 8th from 0, every 8th from 4, every 4th from 2, every 2nd from 1. */
    private static int interlaced(int y, int height) {
        int[] starts = {0, 4, 2, 1};
        int[] steps = {8, 8, 4, 2};
        int left = y;
        for (int pass = 0; pass < 4; pass++) {
            int rows = Math.max(0, (height - starts[pass] + steps[pass] - 1) / steps[pass]);
            if (left < rows) {
                return starts[pass] + left * steps[pass];
            }
            left -= rows;
        }
        throw new IllegalArgumentException("row " + y + " of " + height);
    }

    private static boolean greyRamp(byte[] palette) {
        for (int i = 0; i < 768; i++) {
            if ((palette[i] & 0xff) != i / 3) {
                return false;
            }
        }
        return true;
    }

    /** LZW with codes of 2 to 12 bits in blocks of at most 255 bytes. */
    private void unpack(byte[] out) throws ImageException {
        int minimum = in.u8(at++);
        if (minimum < 1 || minimum > 11) {
            throw in.damaged(at - 1, "an impossible LZW code size");
        }
        int clear = 1 << minimum;
        int[] prefix = new int[4096];
        byte[] suffix = new byte[4096];
        byte[] stack = new byte[4097];
        for (int i = 0; i < clear; i++) {
            suffix[i] = (byte) i;
        }
        int bits = minimum + 1;
        int next = clear + 2;
        int previous = -1;
        int first = 0;
        int hold = 0;
        int held = 0;
        int block = 0;
        int o = 0;
        while (o < out.length) {
            while (held < bits) {
                if (block == 0) {
                    block = in.u8(at++);
                    if (block == 0) {
                        throw in.damaged(at - 1, "the pixel data ends before the last row");
                    }
                }
                hold |= in.u8(at++) << held;
                held += 8;
                block--;
            }
            int code = hold & ((1 << bits) - 1);
            hold >>>= bits;
            held -= bits;
            if (code == clear) {
                bits = minimum + 1;
                next = clear + 2;
                previous = -1;
                continue;
            }
            if (code == clear + 1) {
                throw in.damaged(at, "the pixel data ends before the last row");
            }
            if (code > next || (code == next && previous < 0) || (previous < 0 && code > clear)) {
                throw in.damaged(at, "an LZW code that is not known yet");
            }
            int depth = 0;
            int walk = code;
            if (code == next) {
                stack[depth++] = (byte) first;
                walk = previous;
            }
            while (walk >= clear) {
                stack[depth++] = suffix[walk];
                walk = prefix[walk];
            }
            first = suffix[walk] & 0xff;
            stack[depth++] = (byte) first;
            while (depth > 0 && o < out.length) {
                out[o++] = stack[--depth];
            }
            if (previous >= 0 && next < 4096) {
                prefix[next] = previous;
                suffix[next++] = (byte) first;
                if (next == 1 << bits && bits < 12) {
                    bits++;
                }
            }
            previous = code;
        }
    }
}
