package dev.runyard.cli.importing;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Consumer;
import java.util.zip.CRC32;

/**
 * W&B's log: a head of 7 bytes, then records in pieces as LevelDB's log has them, in blocks of 32 KiB; of each piece CRC-32 (of its kind and
 * bytes), length, kind (1 whole, 2 first, 3 middle, 4 last). A log that is cut off, as a killed program leaves it, counts up to there.
 */
final class WandbLog {
    private static final int BLOCK = 32_768;
    private static final int HEAD = 7;
    private static final byte[] NAME = {':', 'W', '&', 'B'};
    private static final int LARGEST = 256 << 20;

    private WandbLog() {}

    /** Takes one record. */
    interface Taker {
        void take(Message record) throws IOException;
    }

    /** @param left told of what is damaged or cut off */
    static void read(Path file, Consumer<String> left, Taker taker) throws IOException {
        try (DataInputStream in = new DataInputStream(new BufferedInputStream(Files.newInputStream(file), 1 << 16))) {
            byte[] head = new byte[HEAD];
            in.readFully(head);
            for (int i = 0; i < NAME.length; i++) {
                if (head[i] != NAME[i]) {
                    left.accept(file + ": it is no log of W&B's");
                    return;
                }
            }
            long at = HEAD;
            ByteArrayOutputStream record = new ByteArrayOutputStream();
            while (true) {
                int room = (int) (BLOCK - at % BLOCK);
                if (room < HEAD) {
                    in.skipNBytes(room);
                    at += room;
                }
                int first = in.read();
                if (first < 0) {
                    return;
                }
                head[0] = (byte) first;
                in.readFully(head, 1, HEAD - 1);
                ByteBuffer of = ByteBuffer.wrap(head).order(ByteOrder.LITTLE_ENDIAN);
                int sum = of.getInt();
                byte[] piece = new byte[of.getShort() & 0xffff];
                int kind = of.get();
                in.readFully(piece);
                at += HEAD + piece.length;
                if (sum != sum(kind, piece) || record.size() > LARGEST) {
                    left.accept(file + ": the rest of it, which is damaged");
                    return;
                }
                if (kind == 1 || kind == 2) {
                    record.reset();
                }
                record.writeBytes(piece);
                if (kind == 1 || kind == 4) {
                    byte[] whole = record.toByteArray();
                    taker.take(new Message(whole, 0, whole.length));
                }
            }
        } catch (EOFException e) {
            left.accept(file + ": its last record, which is cut off");
        }
    }

    private static int sum(int kind, byte[] piece) {
        CRC32 crc = new CRC32();
        crc.update(kind);
        crc.update(piece);
        return (int) crc.getValue();
    }
}
