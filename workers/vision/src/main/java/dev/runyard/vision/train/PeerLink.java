package dev.runyard.vision.train;

import ai.djl.ndarray.NDArray;
import dev.runyard.spec.run.FailureReason;
import dev.runyard.vision.train.report.TrainingFailure;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/** Numbers and sentences between the process of a run and those of its further devices: the pipes of a child. */
final class PeerLink implements AutoCloseable {
    private static final int BUFFER = 1 << 16;
    private static final int GOOD = 1;

    private final DataInputStream in;
    private final DataOutputStream out;

    PeerLink(InputStream in, OutputStream out) {
        this.in = new DataInputStream(new BufferedInputStream(in, BUFFER));
        this.out = new DataOutputStream(new BufferedOutputStream(out, BUFFER));
    }

    void put(String text) throws IOException {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        out.writeInt(bytes.length);
        out.write(bytes);
    }

    String text() throws IOException {
        return new String(bytes(in.readInt()), StandardCharsets.UTF_8);
    }

    void put(long number) throws IOException {
        out.writeLong(number);
    }

    long number() throws IOException {
        return in.readLong();
    }

    void put(float[] values) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(4 * values.length);
        bytes.asFloatBuffer().put(values);
        out.writeInt(values.length);
        out.write(bytes.array());
    }

    float[] floats() throws IOException {
        float[] values = new float[in.readInt()];
        ByteBuffer.wrap(bytes(4 * values.length)).asFloatBuffer().get(values);
        return values;
    }

    /** @throws java.io.EOFException when the other is gone before it has said so much */
    private byte[] bytes(int n) throws IOException {
        byte[] out = new byte[n];
        in.readFully(out);
        return out;
    }

    /** All arrays in their order. */
    void put(Iterable<NDArray> arrays) throws IOException {
        for (Pack pack : Pack.of(arrays)) {
            put(pack.read());
        }
    }

    /**
     * Those that {@link #put(Iterable)} sent.
     *
     * @param arrays of the same shapes in the same order
     */
    void each(Iterable<NDArray> arrays, Pack.Each each) throws IOException {
        for (Pack pack : Pack.of(arrays)) {
            pack.each(floats(), each);
        }
    }

    /** Before an answer. */
    void good() throws IOException {
        out.write(GOOD);
    }

    /** In place of an answer. */
    void failed(TrainingFailure failure) throws IOException {
        out.write(0);
        put(failure.reason().name());
        put(String.valueOf(failure.getMessage()));
        flush();
    }

    /** @throws TrainingFailure what the other said in place of an answer, with its device in front */
    void answered(String device) throws IOException {
        if (in.readUnsignedByte() != GOOD) {
            FailureReason reason = FailureReason.valueOf(text());
            throw new TrainingFailure(reason, device + ": " + text());
        }
    }

    void flush() throws IOException {
        out.flush();
    }

    @Override
    public void close() throws IOException {
        out.close();
    }
}
