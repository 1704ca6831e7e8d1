package dev.runyard.vision.data.source;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Set;

/**
 * A source with SVHN's files: of a {@code _32x32.mat} a part is a part of its array {@code X}, which is inflated once to a temporary
 * file of 3 KiB an image, gone when the source is closed. Everything else is as it was.
 */
public final class MatSource implements Source {
    private static final String ENDING = "_32x32.mat";
    private static final String PIXELS = "X";

    /** An inflated file: its array of pixels and the other arrays. */
    private record Inflated(FileChannel pixels, Map<String, MatFile.Array> arrays) {}

    private final Source source;
    private final Map<String, Inflated> inflated = new HashMap<>();

    private MatSource(Source source) {
        this.source = source;
    }

    /** The source itself when it has no such files. */
    static Source over(Source source) {
        return source.files().keySet().stream().anyMatch(p -> p.endsWith(ENDING)) ? new MatSource(source) : source;
    }

    /** The arrays of a file; of {@code X} the extents only. */
    public Map<String, MatFile.Array> arrays(String path) throws IOException {
        return inflated(path).arrays;
    }

    private synchronized Inflated inflated(String path) throws IOException {
        Inflated known = inflated.get(path);
        if (known != null) {
            return known;
        }
        Path file = Files.createTempFile("runyard-", ".pixels");
        FileChannel channel = FileChannel.open(
                file, StandardOpenOption.READ, StandardOpenOption.WRITE, StandardOpenOption.DELETE_ON_CLOSE);
        try (InputStream in = source.stream(path)) {
            OutputStream out = Channels.newOutputStream(channel);
            known = new Inflated(channel, MatFile.read(path, in, array -> array.equals(PIXELS) ? kept(out) : null));
        } catch (IOException | RuntimeException e) {
            channel.close();
            throw e;
        }
        inflated.put(path, known);
        return known;
    }

    /** Left open: closing the stream would close the file. */
    private static OutputStream kept(OutputStream out) {
        return new OutputStream() {
            @Override
            public void write(int b) throws IOException {
                out.write(b);
            }

            @Override
            public void write(byte[] bytes, int from, int length) throws IOException {
                out.write(bytes, from, length);
            }
        };
    }

    @Override
    public byte[] read(String path, long offset, int length) throws IOException {
        if (!path.endsWith(ENDING)) {
            return source.read(path, offset, length);
        }
        FileChannel pixels = inflated(path).pixels;
        ByteBuffer buffer = ByteBuffer.allocate(length);
        while (buffer.hasRemaining()) {
            if (pixels.read(buffer, offset + buffer.position()) < 0) {
                throw new DataException("UNREADABLE_IMAGE", path + " has no pixels at " + offset);
            }
        }
        return buffer.array();
    }

    @Override
    public NavigableMap<String, Long> files() {
        return source.files();
    }

    @Override
    public Set<String> folders() {
        return source.folders();
    }

    @Override
    public NavigableMap<String, String> faults() {
        return source.faults();
    }

    @Override
    public List<String> notes() {
        return source.notes();
    }

    @Override
    public void hashed() throws IOException {
        source.hashed();
    }

    @Override
    public byte[] read(String path) throws IOException {
        return source.read(path);
    }

    @Override
    public InputStream stream(String path) throws IOException {
        return source.stream(path);
    }

    @Override
    public long checksum(String path) throws IOException {
        return source.checksum(path);
    }

    @Override
    public String name() {
        return source.name();
    }

    @Override
    public synchronized void close() throws IOException {
        inflated.values().forEach(i -> {
            try {
                i.pixels.close();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
        source.close();
    }
}
