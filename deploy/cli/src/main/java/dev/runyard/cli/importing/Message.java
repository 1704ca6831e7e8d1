package dev.runyard.cli.importing;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/** Fields of a protobuf message, one after the other. */
final class Message {
    final byte[] bytes;
    final int limit;
    int at;
    int field;
    /** Of a varint or fixed field. */
    long number;
    /** Of a field of bytes. */
    int start;

    int end;
    boolean packed;

    Message(byte[] bytes, int from, int limit) {
        this.bytes = bytes;
        this.at = from;
        this.limit = limit;
    }

    boolean next() {
        if (at >= limit) {
            return false;
        }
        long key = varint();
        field = (int) (key >>> 3);
        packed = (key & 7) == 2;
        switch ((int) (key & 7)) {
            case 0 -> number = varint();
            case 1 -> {
                number = ByteBuffer.wrap(bytes, at, 8)
                        .order(ByteOrder.LITTLE_ENDIAN)
                        .getLong();
                at += 8;
            }
            case 2 -> {
                int length = (int) varint();
                start = at;
                end = at + length;
                at = end;
            }
            case 5 -> {
                number = ByteBuffer.wrap(bytes, at, 4)
                        .order(ByteOrder.LITTLE_ENDIAN)
                        .getInt();
                at += 4;
            }
            default -> throw new IllegalStateException("a field of wire type " + (key & 7));
        }
        return true;
    }

    Message inner() {
        return new Message(bytes, start, end);
    }

    String text() {
        return new String(bytes, start, end - start, StandardCharsets.UTF_8);
    }

    private long varint() {
        long value = 0;
        for (int shift = 0; shift < 64; shift += 7) {
            byte b = bytes[at++];
            value |= (long) (b & 0x7f) << shift;
            if (b >= 0) {
                return value;
            }
        }
        return value;
    }
}
