package dev.runyard.vision.convert;

import dev.runyard.vision.backbone.weights.WeightFiles;
import dev.runyard.vision.backbone.weights.WeightsException;
import dev.runyard.vision.convert.PickleValue.Storage;
import dev.runyard.vision.convert.PickleValue.Tensor;
import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Enumeration;
import java.util.List;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipException;
import java.util.zip.ZipFile;

/**
 * A zip archive as {@code torch.save} and {@code torch.jit.save} write it: {@code NAME/data.pkl}, the numbers of each storage in
 * {@code NAME/data/KEY}, stored without compression and little-endian. Code that a TorchScript archive carries is not looked at.
 */
final class TorchArchive implements Closeable {
    private static final int LARGEST_PICKLE = 32 << 20;
    private static final String PICKLE = "data.pkl";

    private final String file;
    private final long size;
    private final ZipFile zip;
    private final String root;

    private TorchArchive(String file, long size, ZipFile zip, String root) {
        this.file = file;
        this.size = size;
        this.zip = zip;
        this.root = root;
    }

    /** @throws WeightsException when it is not such an archive; says how to make one where that is possible */
    static TorchArchive open(Path path) throws IOException {
        String file = String.valueOf(path.getFileName());
        byte[] head = new byte[4];
        try (InputStream in = WeightFiles.GATE.stream(path)) {
            int read = in.readNBytes(head, 0, 4);
            if (read < 4) {
                throw new WeightsException(file + ": has " + read + " bytes; it is no file of weights");
            }
        }
        if (head[0] != 'P' || head[1] != 'K') {
            boolean pickle = head[0] == (byte) 0x80 && head[1] >= 2 && head[1] <= 5;
            throw new WeightsException(
                    pickle
                            ? file
                                    + ": is PyTorch's format from before 1.6, which is one stream that only Python can read;"
                                    + " write it anew: python -c \"import torch; torch.save(torch.load('" + file
                                    + "', weights_only=True), 'new.pt')\""
                            : file + ": is neither a PyTorch archive nor a pickle");
        }
        ZipFile zip;
        try {
            zip = new ZipFile(path.toFile());
        } catch (ZipException | IllegalArgumentException e) {
            throw Allowed.damaged(file, "its zip directory cannot be read; copy or download it again");
        }
        boolean good = false;
        try {
            TorchArchive archive = new TorchArchive(file, Files.size(path), zip, root(file, zip));
            archive.checkOrder();
            good = true;
            return archive;
        } finally {
            if (!good) {
                zip.close();
            }
        }
    }

    private static String root(String file, ZipFile zip) throws WeightsException {
        List<String> roots = new ArrayList<>();
        for (Enumeration<? extends ZipEntry> entries = zip.entries(); entries.hasMoreElements(); ) {
            String name = entries.nextElement().getName();
            if (name.endsWith("/" + PICKLE) && name.indexOf('/') == name.length() - PICKLE.length() - 1) {
                roots.add(name.substring(0, name.length() - PICKLE.length()));
            }
        }
        if (roots.size() != 1) {
            throw new WeightsException(file + ": is a zip with " + roots.size() + " data.pkl, not a PyTorch archive");
        }
        return roots.get(0);
    }

    private void checkOrder() throws IOException {
        ZipEntry entry = zip.getEntry(root + "byteorder");
        if (entry != null) {
            String order = new String(bytes(entry, 16), StandardCharsets.US_ASCII).strip();
            if (!order.equals("little")) {
                throw new WeightsException(file + ": refused: its numbers are " + order
                        + "-endian; save it on an ordinary machine with torch.save");
            }
        }
    }

    /** What the pickle holds. */
    PickleValue content() throws IOException {
        return PickleReader.read(file, bytes(entry(PICKLE), LARGEST_PICKLE));
    }

    private ZipEntry entry(String name) throws WeightsException {
        ZipEntry entry = zip.getEntry(root + name);
        if (entry == null) {
            throw Allowed.damaged(file, name + " is missing");
        }
        return entry;
    }

    private byte[] bytes(ZipEntry entry, long limit) throws IOException {
        try (InputStream in = zip.getInputStream(entry)) {
            byte[] bytes = in.readNBytes((int) limit);
            if (bytes.length == limit && in.read() >= 0) {
                throw new WeightsException(file + ": " + entry.getName() + " is larger than " + limit + " bytes");
            }
            CRC32 crc = new CRC32();
            crc.update(bytes);
            // PyTorch can be told to write none, which is a 0.
            if (entry.getCrc() > 0 && entry.getCrc() != crc.getValue()) {
                throw Allowed.damaged(file, entry.getName() + " has another checksum than the zip's directory says");
            }
            return bytes;
        } catch (ZipException | EOFException | IllegalArgumentException e) {
            throw Allowed.damaged(file, entry.getName() + " cannot be read; copy or download it again");
        }
    }

    /** The storage's entry, after checking that it has the bytes which the pickle promises. */
    private ZipEntry check(Storage storage) throws WeightsException {
        ZipEntry entry = entry("data/" + storage.key());
        int width = storage.type().dtype().bytes();
        boolean stored = entry.getMethod() == ZipEntry.STORED && entry.getSize() <= size;
        if (!stored) {
            throw new WeightsException(
                    file + ": refused: data/" + storage.key() + " is compressed, as PyTorch never does");
        }
        if (entry.getSize() > Integer.MAX_VALUE - 9 || storage.count() > entry.getSize() / width) {
            throw Allowed.damaged(
                    file,
                    "data/" + storage.key() + " has " + entry.getSize() + " bytes for " + storage.count()
                            + " numbers of " + width);
        }
        return entry;
    }

    /** Checks a tensor without reading its numbers. */
    void check(Tensor tensor) throws WeightsException {
        check(tensor.storage());
        if (tensor.elements()
                > (Integer.MAX_VALUE - 8) / tensor.storage().type().dtype().bytes()) {
            throw new WeightsException(file + ": refused: a tensor of " + tensor.elements() + " numbers is too large");
        }
    }

    /** The tensor's numbers, row-major and little-endian, whatever its strides. */
    byte[] bytes(Tensor tensor) throws IOException {
        Storage storage = tensor.storage();
        int width = storage.type().dtype().bytes();
        ZipEntry entry = check(storage);
        byte[] all = bytes(entry, entry.getSize() + 1);
        if (all.length < storage.count() * width) {
            throw Allowed.damaged(file, entry.getName() + " ended after " + all.length + " bytes");
        }
        ByteBuffer out = ByteBuffer.allocate(Math.toIntExact(tensor.elements() * width));
        if (out.capacity() > 0) {
            copy(tensor, 0, tensor.offset(), all, width, out);
        }
        return out.array();
    }

    private static void copy(Tensor tensor, int axis, long at, byte[] from, int width, ByteBuffer to) {
        long[] shape = tensor.shape();
        if (axis == shape.length) {
            to.put(from, (int) at * width, width);
            return;
        }
        if (axis == shape.length - 1 && tensor.stride()[axis] == 1) {
            to.put(from, (int) at * width, (int) shape[axis] * width);
            return;
        }
        for (long i = 0; i < shape[axis]; i++) {
            copy(tensor, axis + 1, at + i * tensor.stride()[axis], from, width, to);
        }
    }

    /** Bytes of the whole file. */
    long size() {
        return size;
    }

    @Override
    public void close() throws IOException {
        zip.close();
    }
}
