package dev.runyard.vision.image;

import dev.runyard.vision.image.JpegHeader.Colour;
import dev.runyard.vision.image.Raster.Mode;
import java.awt.image.DataBufferByte;
import java.awt.image.PixelInterleavedSampleModel;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.event.IIOReadWarningListener;
import javax.imageio.stream.MemoryCacheImageInputStream;

/**
 * JPEG through the JDK's libjpeg, which is asked for the components as stored; colours are converted here with libjpeg's integer
 * formula, because the JDK guesses the colour space otherwise than libjpeg does. Segments that do not touch pixels (EXIF, ICC,
 * comments) are left out of what the JDK sees. A file must go on to its end marker: the JDK decodes one that was cut short to grey without
 * an exception. Other damage, which libjpeg mends with a warning, is mended, as Pillow does; such files are in official data sets.
 */
final class JpegDecoder {
    /** Before they are clipped, colours lie between this far below 0 and twice that above. */
    private static final int LOWEST = 256;

    private static final byte[] LIGHT = new byte[3 * LOWEST];
    private static final byte[] INK = new byte[3 * LOWEST];
    private static final int[] RED = new int[256];
    private static final int[] GREEN_OF_BLUE = new int[256];
    private static final int[] GREEN_OF_RED = new int[256];
    private static final int[] BLUE = new int[256];

    static {
        for (int i = 0; i < LIGHT.length; i++) {
            int value = Math.max(0, Math.min(255, i - LOWEST));
            LIGHT[i] = (byte) value;
            INK[i] = (byte) (255 - value);
        }
        for (int i = 0; i < 256; i++) {
            int c = i - 128;
            RED[i] = (91881 * c + 32768) >> 16;
            GREEN_OF_BLUE[i] = -22554 * c + 32768;
            GREEN_OF_RED[i] = -46802 * c;
            BLUE[i] = (116130 * c + 32768) >> 16;
        }
    }

    private JpegDecoder() {}

    /** @param mended told when the data are damaged and were decoded nevertheless */
    static Raster decode(Bytes in, Runnable mended) throws ImageException {
        JpegHeader header = JpegHeader.read(in);
        checkEnd(in, header.scan());
        byte[] data = components(in, header, mended);
        return switch (header.colour()) {
            case GREY -> new Raster(Mode.GREY, header.width(), header.height(), data, new byte[0], false);
            case RGB -> Raster.rgb(header.width(), header.height(), data);
            case YCC -> Raster.rgb(header.width(), header.height(), fromYcc(data, 3, false));
            case CMYK, YCCK -> {
                byte[] cmyk = header.colour() == Colour.YCCK ? fromYcc(data, 4, true) : data;
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
        ImageReader reader = ImageIO.getImageReadersByFormatName("jpeg").next();
        try (MemoryCacheImageInputStream stream =
                new MemoryCacheImageInputStream(new ByteArrayInputStream(plain(in, header.scan())))) {
            reader.setInput(stream, true, true);
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

    /** libjpeg's conversion with 16 fraction bits; a fourth component passes, and CMYK inks are 255 minus the colours. */
    private static byte[] fromYcc(byte[] data, int step, boolean inverted) {
        byte[] clipped = inverted ? INK : LIGHT;
        for (int i = 0; i < data.length; i += step) {
            int y = (data[i] & 0xff) + LOWEST;
            int cb = data[i + 1] & 0xff;
            int cr = data[i + 2] & 0xff;
            data[i] = clipped[y + RED[cr]];
            data[i + 1] = clipped[y + ((GREEN_OF_BLUE[cb] + GREEN_OF_RED[cr]) >> 16)];
            data[i + 2] = clipped[y + BLUE[cb]];
        }
        return data;
    }
}
