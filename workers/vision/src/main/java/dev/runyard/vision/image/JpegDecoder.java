package dev.runyard.vision.image;

import dev.runyard.vision.image.JpegHeader.Colour;
import dev.runyard.vision.image.Raster.Mode;
import java.awt.image.DataBufferByte;
import java.awt.image.PixelInterleavedSampleModel;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.event.IIOReadWarningListener;
import javax.imageio.stream.ImageInputStreamImpl;

/**
 * JPEG through the JDK's libjpeg, which is asked for the components as stored; colours are converted here with libjpeg's integer
 * formula, because the JDK guesses the colour space otherwise than libjpeg does. Segments that do not touch pixels (EXIF, ICC,
 * comments) are left out of what the JDK sees. A file must go on to its end marker: the JDK decodes one that was cut short to grey without
 * an exception. Other damage, which libjpeg mends with a warning, is mended, as Pillow does; such files are in official data sets.
 */
final class JpegDecoder {
    private JpegDecoder() {}

    /** @param mended told when the data are damaged and were decoded nevertheless */
    static Raster decode(Bytes in, Runnable mended) throws ImageException {
        JpegHeader header = JpegHeader.read(in);
        checkEnd(in, header.scan());
        byte[] data = components(in, header, mended);
        return switch (header.colour()) {
            case GREY -> new Raster(Mode.GREY, header.width(), header.height(), data, new byte[0], false);
            case RGB -> Raster.rgb(header.width(), header.height(), data);
            case YCC -> Raster.rgb(header.width(), header.height(), fromYcc(data));
            case CMYK, YCCK -> {
                byte[] cmyk = header.colour() == Colour.YCCK ? fromYcck(data) : data;
                // Adobe stores ink inverted; Pillow takes every four-component file as such.
                for (int i = 0; i < cmyk.length; i++) {
                    cmyk[i] = (byte) (255 - (cmyk[i] & 0xff));
                }
                yield new Raster(Mode.CMYK, header.width(), header.height(), cmyk, new byte[0], false);
            }
        };
    }

    /** Walks the scans to the end-of-image marker; what follows it does not matter. */
    private static void checkEnd(Bytes in, int scan) throws ImageException {
        int at = scan;
        while (true) {
            int marker = in.u8(at + 1);
            if (marker == 0xd9) {
                return;
            }
            boolean alone = marker == 0x01 || (marker >= 0xd0 && marker <= 0xd8);
            at += alone ? 2 : 2 + Math.max(2, in.big16(at + 2));
            if (marker != 0xda) {
                at = JpegHeader.marker(in, at);
                continue;
            }
            byte[] bytes = in.bytes();
            while (true) {
                while (at < bytes.length && bytes[at] != (byte) 0xff) {
                    at++;
                }
                int next = in.u8(at + 1);
                if (next == 0xff) {
                    at++;
                } else if (next == 0 || (next >= 0xd0 && next <= 0xd7)) {
                    at += 2;
                } else {
                    break;
                }
            }
        }
    }

    private static byte[] components(Bytes in, JpegHeader header, Runnable mended) throws ImageException {
        List<String> warnings = new ArrayList<>();
        // One for each file: a reader keeps the tables of the file before, and would decode one that lacks its own to
        // nonsense.
        ImageReader reader = ImageIO.getImageReadersByFormatName("jpeg").next();
        try (InMemory input = new InMemory(plain(in, header.scan()))) {
            reader.setInput(input, true, true);
            reader.addIIOReadWarningListener((IIOReadWarningListener) (source, warning) -> warnings.add(warning));
            java.awt.image.Raster raster = reader.readRaster(0, null);
            if (warnings.stream().anyMatch(w -> w.contains("Premature end of JPEG") || w.contains("EOI"))) {
                throw in.ends();
            }
            if (raster.getWidth() != header.width()
                    || raster.getHeight() != header.height()
                    || raster.getNumBands() != header.components()) {
                throw in.damaged(in.length(), "decoded to another size than its header gives");
            }
            if (!warnings.isEmpty()) {
                mended.run();
            }
            return bytes(raster);
        } catch (ImageException e) {
            throw e;
        } catch (IOException | RuntimeException e) {
            // The JDK's reader answers some damage with unchecked exceptions.
            throw new ImageException("TRUNCATED_IMAGE", in.name() + " is damaged: its pixels cannot be decoded");
        } finally {
            reader.dispose();
        }
    }

    /** A file in memory; the JDK's own stream of one copies it block by block. */
    private static final class InMemory extends ImageInputStreamImpl {
        private final byte[] file;

        InMemory(byte[] file) {
            this.file = file;
        }

        @Override
        public int read() {
            bitOffset = 0;
            return streamPos < file.length ? file[(int) streamPos++] & 0xff : -1;
        }

        @Override
        public int read(byte[] to, int at, int most) {
            bitOffset = 0;
            int count = (int) Math.min(most, file.length - streamPos);
            if (count <= 0) {
                return most == 0 ? 0 : -1;
            }
            System.arraycopy(file, (int) streamPos, to, at, count);
            streamPos += count;
            return count;
        }

        @Override
        public long length() {
            return file.length;
        }
    }

    private static byte[] bytes(java.awt.image.Raster raster) {
        int bands = raster.getNumBands();
        if (raster.getDataBuffer() instanceof DataBufferByte buffer
                && raster.getSampleModel() instanceof PixelInterleavedSampleModel model
                && model.getPixelStride() == bands
                && model.getScanlineStride() == bands * raster.getWidth()
                && inOrder(model.getBandOffsets())
                && buffer.getData().length == bands * raster.getWidth() * raster.getHeight()) {
            return buffer.getData();
        }
        int[] samples = raster.getPixels(0, 0, raster.getWidth(), raster.getHeight(), (int[]) null);
        byte[] out = new byte[samples.length];
        for (int i = 0; i < out.length; i++) {
            out[i] = (byte) samples[i];
        }
        return out;
    }

    private static boolean inOrder(int[] offsets) {
        for (int i = 0; i < offsets.length; i++) {
            if (offsets[i] != i) {
                return false;
            }
        }
        return true;
    }

    /** The file without application segments and comments. */
    private static byte[] plain(Bytes in, int scan) throws ImageException {
        byte[] bytes = in.bytes();
        byte[] out = new byte[bytes.length];
        out[0] = (byte) 0xff;
        out[1] = (byte) 0xd8;
        int o = 2;
        for (int at = JpegHeader.marker(in, 2); at < scan; at = JpegHeader.marker(in, at)) {
            int marker = in.u8(at + 1);
            boolean alone = marker == 0x01 || (marker >= 0xd0 && marker <= 0xd7);
            int length = alone ? 2 : 2 + in.big16(at + 2);
            boolean kept = !alone && !(marker >= 0xe0 && marker <= 0xef) && marker != 0xfe;
            if (kept) {
                System.arraycopy(bytes, at, out, o, length);
                o += length;
            }
            at += length;
        }
        System.arraycopy(bytes, scan, out, o, bytes.length - scan);
        return java.util.Arrays.copyOf(out, o + bytes.length - scan);
    }

    /** Y, Cb and Cr to red, green and blue in their places; a loop of its own, whose step the JVM knows. */
    private static byte[] fromYcc(byte[] data) {
        for (int i = 0; i < data.length - 2; i += 3) {
            int y = data[i] & 0xff;
            int cb = (data[i + 1] & 0xff) - 128;
            int cr = (data[i + 2] & 0xff) - 128;
            data[i] = (byte) red(y, cr);
            data[i + 1] = (byte) green(y, cb, cr);
            data[i + 2] = (byte) blue(y, cb);
        }
        return data;
    }

    /** The same with a fourth component, which passes; inks are 255 minus the colours. */
    private static byte[] fromYcck(byte[] data) {
        for (int i = 0; i < data.length - 3; i += 4) {
            int y = data[i] & 0xff;
            int cb = (data[i + 1] & 0xff) - 128;
            int cr = (data[i + 2] & 0xff) - 128;
            data[i] = (byte) (255 - red(y, cr));
            data[i + 1] = (byte) (255 - green(y, cb, cr));
            data[i + 2] = (byte) (255 - blue(y, cb));
        }
        return data;
    }

    // libjpeg's conversion, with 16 fraction bits. It looks the products up; here each place in a table would be
    // checked.

    private static int red(int y, int cr) {
        return clip(y + ((91881 * cr + 32768) >> 16));
    }

    private static int green(int y, int cb, int cr) {
        return clip(y + ((-22554 * cb - 46802 * cr + 32768) >> 16));
    }

    private static int blue(int y, int cb) {
        return clip(y + ((116130 * cb + 32768) >> 16));
    }

    private static int clip(int v) {
        return Math.max(0, Math.min(255, v));
    }
}
