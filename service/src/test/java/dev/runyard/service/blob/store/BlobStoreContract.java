package dev.runyard.service.blob.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.runyard.service.http.Problem;
import dev.runyard.spec.Sha256;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What every store of blobs does. */
abstract class BlobStoreContract {
    private static final Random RANDOM = new Random(5);
    private static final String ME = "a1";

    /** One and the same in a test. */
    abstract BlobStore store();

    /** Things that are on their way and have no name: files, pieces, uploads. */
    abstract long unnamed() throws IOException;

    /** Writes other bytes under a blob's name, past the store. */
    abstract void overwrite(BlobHash hash, byte[] bytes) throws IOException;

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 100_000, BlobBucket.PART, BlobBucket.PART + 1, 2 * BlobBucket.PART + 12_345})
    void whatIsNamedIsThere(int length) throws IOException {
        byte[] bytes = bytes(length);
        BlobHash hash = hash(bytes);
        assertThat(store().size(hash)).isEmpty();
        try (Received received = store().receive(new ByteArrayInputStream(bytes), length)) {
            assertThat(received.hash()).isEqualTo(hash);
            assertThat(received.size()).isEqualTo(length);
            received.carry();
            assertThat(store().size(hash)).as("not before it is named").isEmpty();
            received.name();
        }
        assertThat(store().size(hash)).hasValue(length);
        assertThat(read(hash, 0, length)).isEqualTo(bytes);
        assertThat(store().hashOf(hash)).isEqualTo(hash);
        assertThat(unnamed()).isZero();
        store().delete(hash);
        store().delete(hash);
        assertThat(store().size(hash)).isEmpty();
    }

    @Test
    void anyStretchOfItIsRead() throws IOException {
        byte[] bytes = bytes(300_000);
        BlobHash hash = keep(bytes);
        assertThat(read(hash, 0, 1)).isEqualTo(Arrays.copyOf(bytes, 1));
        assertThat(read(hash, 299_999, 1)).isEqualTo(Arrays.copyOfRange(bytes, 299_999, 300_000));
        assertThat(read(hash, 12_345, 200_000)).isEqualTo(Arrays.copyOfRange(bytes, 12_345, 212_345));
        assertThat(read(hash, 5, 0)).isEmpty();
    }

    @Test
    void anyStretchOfItIsPassedOver() throws IOException {
        byte[] bytes = bytes(3 << 20);
        BlobHash hash = keep(bytes);
        try (InputStream in = store().open(hash, 100, bytes.length - 100)) {
            in.skipNBytes(10);
            assertThat(in.read()).isEqualTo(bytes[110] & 0xff);
            in.skipNBytes(2 << 20);
            int at = 111 + (2 << 20);
            assertThat(in.readNBytes(1_000)).isEqualTo(Arrays.copyOfRange(bytes, at, at + 1_000));
            assertThat(in.skip(bytes.length)).isEqualTo(bytes.length - at - 1_000);
            assertThat(in.read()).isEqualTo(-1);
        }
    }

    @Test
    void whatIsNotNamedLeavesNothing() throws IOException {
        byte[] bytes = bytes(BlobBucket.PART + 5);
        try (Received received = store().receive(new ByteArrayInputStream(bytes), bytes.length)) {
            received.carry();
        }
        assertThat(store().size(hash(bytes))).isEmpty();
        assertThat(unnamed()).isZero();
    }

    @Test
    void moreThanTheLimitIsRefusedWhileItStreams() throws IOException {
        assertThatThrownBy(() -> store().receive(new ByteArrayInputStream(new byte[1_001]), 1_000))
                .isInstanceOfSatisfying(
                        Problem.class, p -> assertThat(p.status()).isEqualTo(413));
        assertThat(unnamed()).isZero();
    }

    @Test
    void aBrokenTransferLeavesNothing() throws IOException {
        assertThatThrownBy(() -> store().receive(new Broken(bytes(100_000)), 1 << 20))
                .isInstanceOfSatisfying(
                        Problem.class, p -> assertThat(p.status()).isEqualTo(400));
        assertThat(unnamed()).isZero();
    }

    @Test
    void piecesBecomeTheBlob() throws IOException {
        byte[] bytes = bytes(2 * BlobBucket.PART + 700);
        BlobHash hash = hash(bytes);
        assertThat(store().arrived(hash, ME)).isZero();
        assertThat(append(hash, bytes, 0, 100)).isEqualTo(100);
        assertThat(append(hash, bytes, 100, BlobBucket.PART + 300)).isEqualTo(BlobBucket.PART + 300);
        assertThat(store().arrived(hash, ME)).isEqualTo(BlobBucket.PART + 300);
        assertThat(store().arrived(hash, "a2")).as("of another sender").isZero();
        // Again from within what arrived: what stood behind it goes.
        assertThat(append(hash, bytes, 50, 200)).isEqualTo(200);
        assertThat(store().arrived(hash, ME)).isEqualTo(200);
        assertThatThrownBy(() -> store().append(hash, ME, 200, new Broken(Arrays.copyOfRange(bytes, 200, 66_000))))
                .isInstanceOfSatisfying(
                        Problem.class, p -> assertThat(p.body().code()).isEqualTo("BODY_CUT_OFF"));
        assertThat(store().arrived(hash, ME)).as("what came of it counts").isEqualTo(66_000);
        assertThat(append(hash, bytes, 66_000, bytes.length)).isEqualTo(bytes.length);
        try (Received received = store().joined(hash, ME)) {
            assertThat(received.hash()).isEqualTo(hash);
            assertThat(received.size()).isEqualTo(bytes.length);
            received.carry();
            received.name();
        }
        assertThat(read(hash, 0, bytes.length)).isEqualTo(bytes);
        assertThat(store().arrived(hash, ME)).isZero();
        assertThat(unnamed()).isZero();
    }

    @Test
    void damageIsSeenAndSetAside() throws IOException {
        byte[] bytes = bytes(10_000);
        BlobHash hash = keep(bytes);
        byte[] other = bytes.clone();
        other[77] ^= 1;
        overwrite(hash, other);
        assertThat(store().hashOf(hash)).isEqualTo(hash(other));
        store().setAside(hash);
        assertThat(store().size(hash)).isEmpty();
        keep(bytes);
        assertThat(store().hashOf(hash)).isEqualTo(hash);
    }

    @Test
    void whatAKilledServiceLeftGoes() throws IOException {
        byte[] bytes = bytes(1_000);
        append(hash(bytes), bytes, 0, 500);
        store().clean(Duration.ofHours(24));
        assertThat(unnamed()).as("young").isEqualTo(1);
        // Of a clock that is not this one.
        store().clean(Duration.ofMinutes(-5));
        assertThat(unnamed()).isZero();
    }

    private long append(BlobHash hash, byte[] bytes, int from, int to) throws IOException {
        return store().append(hash, ME, from, new ByteArrayInputStream(bytes, from, to - from));
    }

    final BlobHash keep(byte[] bytes) throws IOException {
        try (Received received = store().receive(new ByteArrayInputStream(bytes), bytes.length)) {
            received.carry();
            received.name();
            return received.hash();
        }
    }

    final byte[] read(BlobHash hash, long from, long count) throws IOException {
        try (InputStream in = store().open(hash, from, count)) {
            return in.readAllBytes();
        }
    }

    static byte[] bytes(int length) {
        byte[] bytes = new byte[length];
        RANDOM.nextBytes(bytes);
        return bytes;
    }

    static BlobHash hash(byte[] bytes) {
        return new BlobHash(Sha256.of(bytes));
    }

    /** Some bytes, and then a connection that is gone. */
    private static final class Broken extends InputStream {
        private final ByteArrayInputStream before;

        Broken(byte[] bytes) {
            this.before = new ByteArrayInputStream(bytes);
        }

        @Override
        public int read() throws IOException {
            int read = before.read();
            if (read < 0) {
                throw new IOException("connection reset");
            }
            return read;
        }

        @Override
        public int read(byte[] into, int offset, int length) throws IOException {
            int read = before.read(into, offset, length);
            if (read < 0) {
                throw new IOException("connection reset");
            }
            return read;
        }
    }
}
