package dev.runyard.vision.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.runyard.vision.SharedData;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.Arrays;
import java.util.zip.CRC32;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ImageGuardTest {
    private static void refused(byte[] bytes, String code, String word) {
        assertThatThrownBy(() -> Images.decode("class/file.jpg", bytes))
                .isInstanceOfSatisfying(ImageException.class, e -> {
                    assertThat(e.code()).as(e.getMessage()).isEqualTo(code);
                    assertThat(e.getMessage()).startsWith("class/file.jpg ").contains(word);
                });
    }

    private static byte[] latin(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }

    private static byte[] pngHeader(int width, int height) {
        ByteBuffer b = ByteBuffer.allocate(33);
        b.put(latin("\u0089PNG\r\n\u001a\n"))
                .putInt(13)
                .put(latin("IHDR"))
                .putInt(width)
                .putInt(height);
        b.put(new byte[] {1, 0, 0, 0, 0});
        CRC32 crc = new CRC32();
        crc.update(b.array(), 12, 17);
        return b.putInt((int) crc.getValue()).array();
    }

    private static byte[] jpeg() throws IOException {
        BufferedImage image = new BufferedImage(64, 48, BufferedImage.TYPE_INT_RGB);
        for (int i = 0; i < 64 * 48; i++) {
            image.setRGB(i % 64, i / 64, i * 7_919 ^ i << 9);
        }
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ImageIO.write(image, "jpeg", out);
        return out.toByteArray();
    }

    @Test
    void whatIsNoImageIsNamedForWhatItIs() {
        refused(new byte[0], "NOT_AN_IMAGE", "empty");
        refused(latin("<!DOCTYPE html><html><body>404"), "NOT_AN_IMAGE", "web page");
        refused(latin("<?xml version='1.0'?><svg xmlns='http://www.w3.org/2000/svg'/>"), "NOT_AN_IMAGE", "SVG");
        refused(latin("version https://git-lfs.github.com/spec/v1\noid sha256:0"), "NOT_AN_IMAGE", "git lfs pull");
        refused(new byte[100], "NOT_AN_IMAGE", "no known format");
        refused(latin("RIFF\u0010\0\0\0WEBPVP8 aaaaaaaa"), "UNSUPPORTED_FORMAT", "WebP");
        refused(latin("\0\0\0\u0018ftypheic\0\0\0\0mif1heic"), "UNSUPPORTED_FORMAT", "HEIC");
        refused(latin("\0\0\0\u0018ftypavif\0\0\0\0"), "UNSUPPORTED_FORMAT", "AVIF");
        refused(latin("II*\0aaaaaaaa"), "UNSUPPORTED_FORMAT", "TIFF");
    }

    @ParameterizedTest
    @CsvSource({"40000, 40000", "2147483647, 2147483647", "20001, 1", "7072, 7072", "-1, 5"})
    void dimensionsAreReadBeforePixels(int width, int height) {
        refused(pngHeader(width, height), "IMAGE_TOO_LARGE", "pixels");
    }

    @Test
    void theLimitsThemselvesAreAllowed() throws IOException {
        assertThat(ImageGuard.check("x", pngHeader(20_000, 2_500)).width()).isEqualTo(20_000);
        refused(pngHeader(0, 5), "NOT_AN_IMAGE", "0×5");
    }

    @Test
    void aTruncatedJpegIsNotGreyPixels() throws IOException {
        byte[] good = jpeg();
        assertThat(Images.decode("x", good).width()).isEqualTo(64);
        for (int length = 3; length < good.length; length += 37) {
            refused(Arrays.copyOf(good, length), "TRUNCATED_IMAGE", "byte " + length);
        }
        refused(Arrays.copyOf(good, good.length - 2), "TRUNCATED_IMAGE", "byte");
        // Cut in the middle and closed again: official data sets have such files, and Pillow reads them.
        byte[] closed = Arrays.copyOf(good, good.length / 2);
        closed[closed.length - 2] = (byte) 0xff;
        closed[closed.length - 1] = (byte) 0xd9;
        assertThat(Images.decode("x", closed).width()).isEqualTo(64);
        byte[] longer = Arrays.copyOf(good, good.length + 500);
        assertThat(Images.decode("x", longer).data())
                .as("what follows the end does not matter")
                .isEqualTo(Images.decode("x", good).data());
    }

    @Test
    void damagedJpegsAreDecodedOrRefusedByName() throws IOException {
        byte[] good = jpeg();
        java.util.SplittableRandom random = new java.util.SplittableRandom(3);
        int refused = 0;
        for (int round = 0; round < 400; round++) {
            byte[] bad = good.clone();
            bad[2 + random.nextInt(bad.length - 2)] = (byte) random.nextInt(256);
            try {
                Images.decode("x", bad);
            } catch (ImageException e) {
                refused++;
                assertThat(e.code()).isIn("TRUNCATED_IMAGE", "UNSUPPORTED_FORMAT", "IMAGE_TOO_LARGE", "NOT_AN_IMAGE");
            }
        }
        assertThat(refused).isPositive();
    }

    @Test
    void anExifOrientationIsReportedAndNotApplied() throws IOException {
        byte[] bytes = Files.readAllBytes(SharedData.path("golden/preprocess/images/08-exif-rotated.jpg"));
        ImageGuard.Info info = ImageGuard.check("x", bytes);
        assertThat(info.orientation()).isEqualTo(6);
        assertThat(info.width()).isEqualTo(93);
        assertThat(Images.decode("x", bytes).width()).isEqualTo(93);
    }
}
