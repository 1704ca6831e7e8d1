package dev.runyard.vision.data.source;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.zip.InflaterInputStream;
import java.util.zip.ZipException;
import org.jspecify.annotations.Nullable;

/**
 * Real numeric arrays of a MAT-file level 5 (MATLAB 5 to 7.2, scipy), plain or compressed, as "MAT-File Format" (The MathWorks)
 * describes it: a header of 128 bytes, then elements of a type, a length and data. Structures, cells, texts and sparse arrays are
 * passed over. Values are in MATLAB's order, the first subscript runs fastest.
 */
public final class MatFile {
    private static final int HEADER = 128;
    private static final int COMPRESSED = 15;
    private static final int MATRIX = 14;
    private static final int INT8 = 1;
    private static final int UINT8 = 2;
    private static final int INT32 = 5;
    private static final int UINT32 = 6;
    /** Classes of arrays from 6 (double) to 15 (uint64) hold numbers. */
    private static final int FIRST_NUMERIC = 6;

    private static final int LAST_NUMERIC = 15;
    private static final int COMPLEX = 0x08;
    private static final int MOST_DIMS = 8;
    private static final int MOST_VALUES = 1 << 24;
    private static final long MOST_BYTES = 1L << 40;

    /**
     * An array.
     *
     * @param dims extents
     * @param values in MATLAB's order; empty when the bytes went to a stream
     */
    @SuppressWarnings("ArrayRecordComponent")
    public record Array(int[] dims, double[] values) {}

    /** Takes the bytes of arrays that are too large to be held. */
    public interface Streams {
        /** Where the bytes of this unsigned 8-bit array go; null to hold them as values. */
        @Nullable
        OutputStream open(String array) throws IOException;
    }

    private final String name;
    private final Streams streams;
    private final Map<String, Array> arrays = new LinkedHashMap<>();
    private boolean big;

    private MatFile(String name, Streams streams) {
        this.name = name;
        this.streams = streams;
    }

    /**
     * Reads every numeric array by its name.
     *
     * @param name of the file, for messages
     * @throws DataException BAD_MAT
     */
    public static Map<String, Array> read(String name, InputStream in, Streams streams) throws IOException {
        MatFile file = new MatFile(name, streams);
        try {
            file.elements(new MatBytes(in));
        } catch (EOFException | ZipException e) {
            throw new DataException("BAD_MAT", name + " is cut short or damaged; take the data set's own file");
        }
        return file.arrays;
    }

    /** Type and length, and the data itself where it lies inside the tag. */
    private record Tag(int type, long length, byte @Nullable [] inside) {}

    private void elements(MatBytes in) throws IOException {
        byte[] header = in.bytes(HEADER);
        String text = new String(header, 0, 116, StandardCharsets.ISO_8859_1);
        int mark = (header[126] & 0xff) << 8 | header[127] & 0xff;
        big = mark == ('M' << 8 | 'I');
        if (!big && mark != ('I' << 8 | 'M')) {
            throw bad("is no MAT-file of level 5");
        }
        int version = buffer(header).getShort(124);
        if (version == 0x0200) {
            throw bad("is a MAT-file of version 7.3 (HDF5); save it with -v7");
        }
        if (version != 0x0100 || !text.startsWith("MATLAB 5")) {
            throw bad("has another version than 5");
        }
        while (true) {
            byte[] first = in.tagOrEnd();
            if (first.length == 0) {
                return;
            }
            Tag tag = tag(first);
            switch (tag.type) {
                case COMPRESSED -> compressed(in, tag.length);
                case MATRIX -> matrix(in, tag.length);
                default -> in.skip(tag.inside == null ? padded(tag.length) : 0);
            }
        }
    }

    private void compressed(MatBytes in, long length) throws IOException {
        MatBytes.Limited packed = in.next(length);
        MatBytes inner = new MatBytes(new InflaterInputStream(packed));
        Tag tag = tag(inner.bytes(8));
        if (tag.type != MATRIX) {
            throw bad("has a compressed element that is no array");
        }
        matrix(inner, tag.length);
        packed.skipRest();
    }

    private void matrix(MatBytes in, long length) throws IOException {
        long end = in.position() + length;
        if (length == 0) {
            return;
        }
        ByteBuffer flags = buffer(element(in, UINT32, 8));
        int word = flags.getInt();
        int kind = word & 0xff;
        if (kind < FIRST_NUMERIC || kind > LAST_NUMERIC) {
            in.skip(end - in.position());
            return;
        }
        int[] dims = dims(element(in, INT32, 4 * MOST_DIMS));
        String array = new String(element(in, INT8, 63), StandardCharsets.US_ASCII);
        if ((word >> 8 & COMPLEX) != 0) {
            throw bad("has complex numbers in array " + number());
        }
        long count = 1;
        for (int dim : dims) {
            if (dim > 0 && count > MOST_BYTES / dim) {
                throw bad("has an array that is too large, number " + number());
            }
            count *= dim;
        }
        double[] values = values(in, array, kind, count);
        if (in.position() != end) {
            throw bad("has bytes too many in array " + number());
        }
        if (arrays.put(array, new Array(dims, values)) != null) {
            throw bad("has two arrays of one name, the second is number " + (number() - 1));
        }
    }

    private int[] dims(byte[] data) throws DataException {
        int[] dims = new int[data.length / 4];
        buffer(data).asIntBuffer().get(dims);
        if (dims.length < 2 || Arrays.stream(dims).anyMatch(d -> d < 0)) {
            throw bad("has an array of an impossible size, number " + number());
        }
        return dims;
    }

    private double[] values(MatBytes in, String array, int kind, long count) throws IOException {
        Tag tag = tag(in.bytes(8));
        int width = width(tag.type);
        if (tag.length != count * width) {
            throw bad("has another number of bytes in array " + number() + " than its size asks for");
        }
        if (kind == 9 && tag.type == UINT8 && tag.inside == null) {
            try (OutputStream out = streams.open(array)) {
                if (out != null) {
                    copy(in, tag.length, out);
                    in.skip(padded(tag.length) - tag.length);
                    return new double[0];
                }
            }
        }
        if (count > MOST_VALUES) {
            throw bad("has more than " + MOST_VALUES + " values in array " + number());
        }
        ByteBuffer data = buffer(data(in, tag));
        double[] values = new double[(int) count];
        for (int i = 0; i < values.length; i++) {
            values[i] = value(data, tag.type);
        }
        return values;
    }

    private static void copy(MatBytes in, long length, OutputStream out) throws IOException {
        for (long left = length; left > 0; ) {
            byte[] piece = in.bytes((int) Math.min(left, 1 << 16));
            out.write(piece);
            left -= piece.length;
        }
    }

    private int width(int type) throws DataException {
        return switch (type) {
            case 1, 2 -> 1;
            case 3, 4 -> 2;
            case 5, 6, 7 -> 4;
            case 9, 12, 13 -> 8;
            default -> throw bad("has numbers of an unknown type in array " + number());
        };
    }

    private static double value(ByteBuffer data, int type) {
        return switch (type) {
            case 1 -> data.get();
            case 2 -> data.get() & 0xff;
            case 3 -> data.getShort();
            case 4 -> Short.toUnsignedInt(data.getShort());
            case 5 -> data.getInt();
            case 6 -> Integer.toUnsignedLong(data.getInt());
            case 7 -> data.getFloat();
            case 9 -> data.getDouble();
            default -> data.getLong();
        };
    }

    /** A small element of a given type. */
    private byte[] element(MatBytes in, int type, int most) throws IOException {
        Tag tag = tag(in.bytes(8));
        if (tag.type != type || tag.length > most) {
            throw bad("has an element of another type or length than belongs into array " + number());
        }
        return data(in, tag);
    }

    private static byte[] data(MatBytes in, Tag tag) throws IOException {
        if (tag.inside != null) {
            return tag.inside;
        }
        byte[] data = in.bytes((int) tag.length);
        in.skip(padded(tag.length) - tag.length);
        return data;
    }

    /** Data of at most four bytes lies inside the tag, its length in the upper half of the type. */
    private Tag tag(byte[] bytes) throws DataException {
        ByteBuffer tag = buffer(bytes);
        int type = tag.getInt(0);
        int small = type >>> 16;
        if (small == 0) {
            return new Tag(type, Integer.toUnsignedLong(tag.getInt(4)), null);
        }
        if (small > 4) {
            throw bad("has a tag with more bytes inside than fit");
        }
        return new Tag(type & 0xffff, small, Arrays.copyOfRange(bytes, 4, 4 + small));
    }

    private static long padded(long length) {
        return (length + 7) / 8 * 8;
    }

    private ByteBuffer buffer(byte[] bytes) {
        return ByteBuffer.wrap(bytes).order(big ? ByteOrder.BIG_ENDIAN : ByteOrder.LITTLE_ENDIAN);
    }

    /** Of the array that is being read, from 1. */
    private int number() {
        return arrays.size() + 1;
    }

    /** @param what kind and place, never what the file says */
    private DataException bad(String what) {
        return new DataException("BAD_MAT", name + " " + what);
    }
}
