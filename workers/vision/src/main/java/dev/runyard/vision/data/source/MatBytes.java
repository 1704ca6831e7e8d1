package dev.runyard.vision.data.source;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;

/** The bytes of a MAT-file or of one compressed element, with their position. */
final class MatBytes {
    private static final int TAG = 8;

    private final InputStream in;
    private long read;

    MatBytes(InputStream in) {
        this.in = in;
    }

    /** Bytes read so far. */
    long position() {
        return read;
    }

    byte[] bytes(int n) throws IOException {
        byte[] out = in.readNBytes(n);
        read += out.length;
        if (out.length < n) {
            throw new EOFException("it ends at byte " + read);
        }
        return out;
    }

    /** The eight bytes of the next tag; none at the end of the file. */
    byte[] tagOrEnd() throws IOException {
        byte[] first = in.readNBytes(TAG);
        read += first.length;
        if (first.length > 0 && first.length < TAG) {
            throw new EOFException("it ends inside an element's tag");
        }
        return first;
    }

    void skip(long n) throws IOException {
        in.skipNBytes(n);
        read += n;
    }

    /** The next bytes as a stream of their own, to be read to its end before anything else. */
    Limited next(long length) {
        read += length;
        return new Limited(in, length);
    }

    /** The compressed bytes of one element. */
    static final class Limited extends InputStream {
        private final InputStream in;
        private long left;

        Limited(InputStream in, long left) {
            this.in = in;
            this.left = left;
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] buffer, int from, int length) throws IOException {
            if (left == 0) {
                return -1;
            }
            int n = in.read(buffer, from, (int) Math.min(length, left));
            left -= Math.max(0, n);
            return n;
        }

        void skipRest() throws IOException {
            in.skipNBytes(left);
        }
    }
}
