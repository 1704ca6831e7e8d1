package dev.runyard.client;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.http.HttpRequest;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.atomic.AtomicBoolean;

/** A file that is to be sent: held open, so that one that is replaced or deleted meanwhile arrives as it was. */
record OpenFile(String name, FileChannel channel, AtomicBoolean fault) implements AutoCloseable {
    static OpenFile of(String name, Path file) throws IOException {
        return new OpenFile(name, FileChannel.open(file, StandardOpenOption.READ), new AtomicBoolean());
    }

    /** Whether it was the file that made the last try fail, and not the way to the lab. */
    boolean unreadable() {
        return fault.get();
    }

    /** All of it, each time that it is asked for. */
    HttpRequest.BodyPublisher body() throws IOException {
        fault.set(true);
        long size = channel.size();
        fault.set(false);
        return size == 0
                ? HttpRequest.BodyPublishers.noBody()
                : HttpRequest.BodyPublishers.fromPublisher(
                        HttpRequest.BodyPublishers.ofInputStream(() -> new FromStart(channel, size, fault)), size);
    }

    @Override
    public void close() {
        try {
            channel.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Reads by position and leaves the channel open: an answer that is lost has the file sent again. */
    private static final class FromStart extends InputStream {
        private final FileChannel channel;
        private final long size;
        private final AtomicBoolean fault;
        private long at;

        private FromStart(FileChannel channel, long size, AtomicBoolean fault) {
            this.channel = channel;
            this.fault = fault;
            this.size = size;
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] into, int from, int length) throws IOException {
            int most = (int) Math.min(length, size - at);
            if (most <= 0) {
                return length == 0 ? 0 : -1;
            }
            fault.set(true);
            int read = channel.read(ByteBuffer.wrap(into, from, most), at);
            fault.set(read < 0); // shorter than it was
            at += Math.max(0, read);
            return read;
        }
    }
}
