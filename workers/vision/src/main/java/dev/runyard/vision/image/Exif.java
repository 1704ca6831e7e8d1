package dev.runyard.vision.image;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** The one EXIF field that matters: whether an image is stored turned. It is reported, never applied. */
final class Exif {
    private Exif() {}

    /** Orientation 1 to 8; 1 for whatever cannot be understood. */
    static int orientation(Bytes in, int at, int length) {
        try {
            ByteBuffer tiff = ByteBuffer.wrap(in.bytes(), at, length).slice();
            tiff.order(tiff.get(0) == 'I' ? ByteOrder.LITTLE_ENDIAN : ByteOrder.BIG_ENDIAN);
            int directory = tiff.getInt(4);
            int entries = Short.toUnsignedInt(tiff.getShort(directory));
            for (int i = 0; i < entries; i++) {
                int entry = directory + 2 + i * 12;
                if (tiff.getShort(entry) == 0x0112) {
                    int value = tiff.getShort(entry + 8);
                    return value >= 1 && value <= 8 ? value : 1;
                }
            }
        } catch (IndexOutOfBoundsException | BufferUnderflowException e) {
            return 1;
        }
        return 1;
    }
}
