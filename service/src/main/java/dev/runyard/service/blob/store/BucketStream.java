package dev.runyard.service.blob.store;

import java.io.IOException;
import java.io.InputStream;

/** An object's bytes, asked for again from where they ended when the server cuts them off. */
final class BucketStream extends InputStream {
    private static final int TRIES = 3;

    /** Fewer bytes are here sooner than another answer begins. */
    private static final long READ_ON = 1 << 20;

    private final Bucket bucket;
    private final String key;
    private final long end;
    private long at;
    private int failed;
    private InputStream in;

    /** @param count bytes, which the object has */
    BucketStream(Bucket bucket, String key, long from, long count) {
        this.bucket = bucket;
        this.key = key;
        this.at = from;
        this.end = from + count;
        this.in = count == 0 ? InputStream.nullInputStream() : bucket.get(key, from, end - 1);
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        int read = read(one, 0, 1);
        return read < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] into, int offset, int length) throws IOException {
        if (length == 0) {
            return 0;
        }
        while (at < end) {
            IOException cut;
            try {
                int read = in.read(into, offset, (int) Math.min(length, end - at));
                if (read > 0) {
                    at += read;
                    failed = 0;
                    return read;
                }
                cut = new IOException("the object ended before its length");
            } catch (IOException e) {
                cut = e;
            }
            if (++failed > TRIES) {
                throw Bucket.problem(cut);
            }
            abort();
            in = bucket.get(key, at, end - 1);
        }
        return -1;
    }

    /** What is passed over need not be sent: the rest is asked for anew. */
    @Override
    public long skip(long count) throws IOException {
        if (count < READ_ON) {
            return super.skip(count);
        }
        long passed = Math.min(count, end - at);
        at += passed;
        abort();
        if (at < end) {
            in = bucket.get(key, at, end - 1);
        }
        return passed;
    }

    /** The rest of what the server sends is of no use. */
    private void abort() {
        try {
            in.close();
        } catch (IOException e) {
            // It is broken already.
        }
    }

    @Override
    public void close() throws IOException {
        in.close();
    }
}
