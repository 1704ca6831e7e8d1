package dev.runyard.service.blob.store;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * An upload in pieces on its way: objects {@code tmp/HASH-SENDER/OFFSET}. They lie in the bucket, so that each piece may come to another
 * service; their number and lengths are what the sender made of them.
 */
final class BucketPieces {
    private final Bucket bucket;
    private final String prefix;

    BucketPieces(Bucket bucket, BlobHash hash, String sender) {
        this.bucket = bucket;
        this.prefix = BlobBucket.TEMPORARY + hash.hex() + "-" + sender + "/";
    }

    private record Piece(String key, long from, long size) {
        long end() {
            return from + size;
        }
    }

    /** Those that follow each other from the first byte on. */
    private List<Piece> pieces() {
        List<Piece> following = new ArrayList<>();
        long end = 0;
        for (Bucket.Entry entry : bucket.list(prefix)) {
            Piece piece = new Piece(entry.key(), Long.parseLong(entry.key().substring(prefix.length())), entry.size());
            if (piece.from() == end) {
                following.add(piece);
                end = piece.end();
            }
        }
        return following;
    }

    long arrived() {
        List<Piece> pieces = pieces();
        return pieces.isEmpty() ? 0 : pieces.get(pieces.size() - 1).end();
    }

    /** See {@link BlobStore#append}. */
    long append(long from, InputStream in) throws IOException {
        cut(from);
        long at = from;
        byte[] bytes = new byte[BlobBucket.PART];
        while (true) {
            int length = 0;
            boolean cutOff = false;
            while (length < bytes.length) {
                int n;
                try {
                    n = in.read(bytes, length, bytes.length - length);
                } catch (IOException e) {
                    cutOff = true;
                    break;
                }
                if (n < 0) {
                    break;
                }
                length += n;
            }
            if (length > 0) {
                bucket.putPiece(key(at), length == bytes.length ? bytes : Arrays.copyOf(bytes, length));
                at += length;
            }
            if (cutOff) {
                throw Spool.cutOff();
            }
            if (length < bytes.length) {
                return at;
            }
        }
    }

    /** Takes away what stands behind a place, the last pieces first: what is left always follows. */
    private void cut(long from) throws IOException {
        List<Bucket.Entry> all = bucket.list(prefix);
        for (int i = all.size() - 1; i >= 0; i--) {
            Bucket.Entry entry = all.get(i);
            long start = Long.parseLong(entry.key().substring(prefix.length()));
            if (start >= from) {
                bucket.delete(entry.key());
            } else if (start + entry.size() > from) {
                try (InputStream head = bucket.get(entry.key(), 0, from - start - 1)) {
                    bucket.put(entry.key(), head.readNBytes((int) (from - start)));
                } catch (IOException e) {
                    throw Bucket.problem(e);
                }
            }
        }
    }

    /** All of them, one behind the other, in one file. */
    Spool.Arrived join(Path file) throws IOException {
        long at = 0;
        Files.deleteIfExists(file);
        for (Piece piece : pieces()) {
            try (InputStream in = new BucketStream(bucket, piece.key(), 0, piece.size())) {
                at = Spool.append(file, at, in);
            }
        }
        return Spool.arrived(file);
    }

    void forget() {
        List<Bucket.Entry> all = bucket.list(prefix);
        for (int i = all.size() - 1; i >= 0; i--) {
            bucket.delete(all.get(i).key());
        }
    }

    private String key(long from) {
        return prefix + String.format(Locale.ROOT, "%015d", from);
    }
}
