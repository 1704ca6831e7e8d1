package dev.runyard.vision.convert;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.runyard.vision.backbone.weights.WeightsException;
import dev.runyard.vision.tensor.Safetensors;
import dev.runyard.vision.tensor.SafetensorsWriter;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Enumeration;
import java.util.Map;
import java.util.Set;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import java.util.zip.ZipOutputStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Archives that torch 2.7.1 wrote, beside the same tensors written by safetensors 0.8.0; and some that must not be read. */
class TorchFileTest {
    @TempDir
    Path folder;

    /** Every number type, windows on shared storages, transposed, strided, broadcast, empty, scalar; and a TorchScript module. */
    @ParameterizedTest
    @CsvSource({"state.pt, state.safetensors, 16", "trace.pt, trace.safetensors, 9"})
    void tensorsEqualThoseOfPython(String archive, String expected, int count) throws IOException {
        Path out = folder.resolve("out.safetensors");
        try (TorchFile file = TorchFile.open(fixture(archive), null, "")) {
            assertThat(file.count()).isEqualTo(count);
            file.write(out);
        }
        try (Safetensors got = Safetensors.open(out);
                Safetensors wanted = Safetensors.open(fixture(expected))) {
            assertThat(got.tensors().keySet())
                    .containsExactlyInAnyOrderElementsOf(wanted.tensors().keySet());
            for (String name : wanted.tensors().keySet()) {
                assertThat(got.info(name).dtype())
                        .as(name)
                        .isEqualTo(wanted.info(name).dtype());
                assertThat(got.info(name).shape())
                        .as(name)
                        .isEqualTo(wanted.info(name).shape());
                assertThat(got.bytes(name)).as(name).isEqualTo(wanted.bytes(name));
            }
        }
    }

    @ParameterizedTest
    @CsvSource({
        "lightning.ckpt,,'',0.weight",
        "model.pth,,'',0.weight",
        "dino.pth,teacher,backbone.,0.weight",
        "dino.pth,student,backbone.,0.weight",
        "dino.pth,student,'',backbone.0.weight",
        "dino.pth,teacher,head.,0.weight"
    })
    void takesTheModelOutOfACheckpoint(String archive, @Nullable String key, String prefix, String name)
            throws IOException {
        Path out = folder.resolve("out.safetensors");
        try (TorchFile file = TorchFile.open(fixture(archive), key, prefix)) {
            file.write(out);
        }
        try (Safetensors got = Safetensors.open(out)) {
            assertThat(got.info(name).shape()).containsExactly(3L, 2L);
            assertThat(got.tensors().keySet()).noneMatch(n -> n.contains("momentum") || n.startsWith("module."));
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "evil.pt | it asks for posix.system",
                "evil2.pt | it asks for __builtin__.eval",
                "module.pt | it asks for torch.nn.modules.container.Sequential",
                "tensor.pt | holds no dictionary of tensors",
                "legacy.pt | is PyTorch's format from before 1.6",
                "dino.pth | holds several models: student, teacher; name one with --key",
                "state.safetensors | is neither a PyTorch archive nor a pickle"
            })
    void refusesWhatIsMoreThanTensorsOrLess(String archive, String why) throws IOException {
        Path file = fixture(archive);
        assertThatThrownBy(() -> TorchFile.open(file, null, "").close())
                .isInstanceOf(WeightsException.class)
                .hasMessageStartingWith(archive + ": ")
                .hasMessageContaining(why);
    }

    /** What stands beside the model as Python's pickle writes it: each is an object that a call makes, and none is made here. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                // numpy.float64(71.5), a path, a date, defaultdict(list), a set, an array, an enum
                "cnumpy.core.multiarray\nscalar\n(cnumpy\ndtype\n(X\2\0\0\0f8K\0K\1tRc_codecs\nencode\n(X\1\0\0\0aX\6\0\0\0latin1tRtR",
                "cpathlib\nPosixPath\n(X\1\0\0\0/tR",
                "cdatetime\ndatetime\n(c_codecs\nencode\n(X\1\0\0\0aX\6\0\0\0latin1tRtR",
                "ccollections\ndefaultdict\n(c__builtin__\nlist\ntR(X\1\0\0\0kK\1u",
                "c__builtin__\nset\n(]X\1\0\0\0aatR",
                "cnumpy.core.multiarray\n_reconstruct\n(cnumpy\nndarray\n(K\0tX\1\0\0\0btR(K\1(K\3tNtb",
                "cmine\nColour\n(K\1tR",
                // An instance with a state, a list's subclass that is appended to, keywords (NEWOBJ_EX), a class itself
                "comegaconf.dictconfig\nDictConfig\n)\u0081}X\1\0\0\0kcposix\nsystem\nsb",
                "cmine\nItems\n)\u0081(K\1K\2e",
                "cmine\nThing\n)}\u0092",
                "cmine\nThing\n",
                // The result of an unknown call called again, and a tensor of a type that safetensors lacks
                "cmine\nmake\n)R)R",
                "ctorch._utils\n_rebuild_tensor_v2\n((X\7\0\0\0storagectorch\nComplexFloatStorage\nX\1\0\0\0zX\3\0\0\0cpuK\1tQK\0)))tR"
            })
    void whatStandsBesideTheModelIsLeftOut(String made) throws IOException {
        Path file = beside(made);
        for (String key : new String[] {"state_dict", null}) {
            try (TorchFile opened = TorchFile.open(file, key, "")) {
                assertThat(opened.count()).isEqualTo(1);
            }
        }
        assertThatThrownBy(() -> TorchFile.open(file, "other", "").close()).isInstanceOf(WeightsException.class);
    }

    /** The same in the model is refused by its name, unless it is plainly no tensor. */
    @Test
    void whatStandsInTheModelIsRefused() throws IOException {
        Path file = within("cposix\nsystem\n(X\4\0\0\0true" + "tR");
        assertThatThrownBy(() -> TorchFile.open(file, "state_dict", "").close())
                .isInstanceOf(WeightsException.class)
                .hasMessageContaining("it asks for posix.system where the model is");
        try (TorchFile opened = TorchFile.open(file, "state_dict", "t")) {
            assertThat(opened.count()).as("beside the prefix").isEqualTo(1);
        }
        Path array = within("cnumpy.core.multiarray\n_reconstruct\n(cnumpy\nndarray\n(K\0tX\1\0\0\0btR");
        assertThatThrownBy(() -> TorchFile.open(array, null, "").close())
                .hasMessageContaining("numpy.core.multiarray._reconstruct");
        try (TorchFile opened = TorchFile.open(within("cpathlib\nPosixPath\n(X\1\0\0\0/tR"), null, "")) {
            assertThat(opened.count()).isEqualTo(1);
        }
    }

    /** State dictionaries of classes that are dictionaries, and as Python 2 wrote them. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "cmine\nOrdered\n)\u0081(X\2\0\0\0t.TENSORu",
                "ccollections\ndefaultdict\n(c__builtin__\nlist\ntR(X\2\0\0\0t.TENSORu",
                "ccollections\nOrderedDict\n(]](X\2\0\0\0t.TENSOReatR"
            })
    void dictionariesOfOtherClasses(String made) throws IOException {
        Path file = pickled("}X\12\0\0\0state_dict" + made + "s.");
        try (TorchFile opened = TorchFile.open(file, null, "")) {
            assertThat(opened.count()).isEqualTo(1);
        }
    }

    private static final String TENSOR =
            "ctorch._utils\n_rebuild_tensor_v2\n((X\7\0\0\0storagectorch\nFloatStorage\nX\1\0\0\0"
                    + "0X\3\0\0\0cpuK\6tQK\0(K\6t(K\1t\u0089NtR";

    private Path beside(String made) throws IOException {
        return pickled("}(X\12\0\0\0state_dict}X\2\0\0\0t.TENSORsX\5\0\0\0other" + made + "u.");
    }

    private Path within(String made) throws IOException {
        return pickled("}X\12\0\0\0state_dict}(X\2\0\0\0t.TENSORX\5\0\0\0other" + made + "us.");
    }

    /** state.pt's storages under another pickle. */
    private Path pickled(String pickle) throws IOException {
        Path file = folder.resolve("made.pt");
        String whole = "\u0080\2" + pickle.replace("TENSOR", TENSOR);
        rewrite(fixture("state.pt"), file, Map.of("state/data.pkl", bytes(whole)), Set.of());
        return file;
    }

    /** Names that data-parallel training wrote mean the same in both kinds of file. */
    @Test
    void namesOfParallelTrainingAreOneRule() throws IOException {
        Path file = folder.resolve("parallel.safetensors");
        new SafetensorsWriter()
                .floats("module.a", new long[] {1}, new float[1])
                .floats("module.b.c", new long[] {1}, new float[1])
                .write(file);
        try (Safetensors in = Safetensors.open(file)) {
            assertThat(in.tensors().keySet()).containsExactlyInAnyOrder("a", "b.c");
            assertThat(in.floats("b.c")).hasSize(1);
        }
        new SafetensorsWriter()
                .floats("module.a", new long[] {1}, new float[1])
                .floats("b", new long[] {1}, new float[1])
                .write(file);
        try (Safetensors in = Safetensors.open(file)) {
            assertThat(in.tensors().keySet()).containsExactlyInAnyOrder("module.a", "b");
        }
    }

    /** A number of NumPy among the tensors themselves: no model needs it. */
    @Test
    void leavesOutANumberAmongTheTensors() throws IOException {
        try (TorchFile opened = TorchFile.open(fixture("numpy.pt"), null, "")) {
            assertThat(opened.count()).isEqualTo(1);
        }
    }

    @Test
    void namesWhatThereIsInstead() throws IOException {
        Path file = fixture("dino.pth");
        assertThatThrownBy(() -> TorchFile.open(file, "model", "").close())
                .hasMessage("dino.pth: has no dictionary \"model\", only student, teacher, epoch, args");
        assertThatThrownBy(() -> TorchFile.open(file, "teacher", "visual.").close())
                .hasMessage("dino.pth: holds no named tensors that begin with visual.; the first is backbone.0.weight");
    }

    @Test
    void refusesOtherByteOrdersAndDamage() throws IOException {
        refused(Map.of("state/byteorder", bytes("big")), Set.of(), "its numbers are big-endian");
        refused(Map.of(), Set.of("state/data/0"), "data/0 is missing");
        refused(Map.of("state/data/0", new byte[8]), Set.of(), "data/0 has 8 bytes for 6 numbers of 4");
        refused(Map.of(), Set.of("state/data.pkl"), "is a zip with 0 data.pkl");
        refused(Map.of("other/data.pkl", new byte[8]), Set.of(), "is a zip with 2 data.pkl");
        refused(Map.of("state/data.pkl", bytes("\u0080\u0002")), Set.of(), "its pickle ends too early");
        refused(Map.of("state/data.pkl", bytes("\u0080\u0002i")), Set.of(), "instruction 0x69 at byte 2");
        byte[] flipped = Files.readAllBytes(fixture("state.pt"));
        // The last byte of the numbers 1.5, -2.25, 65504 in half precision.
        int half = new String(flipped, StandardCharsets.ISO_8859_1).indexOf("\u0000\u003e\u0080\u00c0\u00ff\u007b");
        flipped[half + 5] ^= 1;
        Path wrong = folder.resolve("flipped.pt");
        Files.write(wrong, flipped);
        assertThatThrownBy(() -> {
                    try (TorchFile file = TorchFile.open(wrong, null, "")) {
                        file.write(folder.resolve("out.safetensors"));
                    }
                })
                .isInstanceOf(WeightsException.class)
                .hasMessageContaining("has another checksum than the zip's directory says");
        Path cut = folder.resolve("cut.pt");
        byte[] whole = Files.readAllBytes(fixture("state.pt"));
        Files.write(cut, java.util.Arrays.copyOf(whole, whole.length / 2));
        assertThatThrownBy(() -> TorchFile.open(cut, null, "").close())
                .isInstanceOf(WeightsException.class)
                .hasMessageContaining("its zip directory");
    }

    /** A few bytes that would become a list without end, or gigabytes. */
    @Test
    void refusesBombs() throws IOException {
        // x = {'a': x}: PROTO, dict, memo 0, mark, 'a', memo 0, setitems, stop.
        refused(
                Map.of("state/data.pkl", bytes("\u0080\u0002}q\0(X\u0001\0\0\0ah\0u.")),
                Set.of(),
                "nested without end");
        // 64 levels of [x, x] would be visited 2^64 times.
        StringBuilder twice = new StringBuilder("\u0080\u0002}(X\u0001\0\0\0a]q\0");
        for (int i = 0; i < 60; i++) {
            twice.append("](h")
                    .append((char) i)
                    .append('h')
                    .append((char) i)
                    .append("eq")
                    .append((char) (i + 1));
        }
        refused(Map.of("state/data.pkl", bytes(twice + "h" + (char) 60 + "X\u0001\0\0\0bu.")), Set.of(), "");
        // The first storage (6 numbers) broadcast to 2^31 - 16.
        byte[] pickle = entry(fixture("state.pt"), "state/data.pkl");
        int at = new String(pickle, StandardCharsets.ISO_8859_1).indexOf("K\u0002K\u0003\u0086");
        assertThat(at).isPositive();
        String text = new String(pickle, StandardCharsets.ISO_8859_1);
        String huge = text.substring(0, at) + "J\u0000\u0000\u0000\u0020K\u0003\u0086" + text.substring(at + 5);
        int stride = huge.indexOf("K\u0003K\u0001\u0086", at);
        huge = huge.substring(0, stride) + "K\u0000K\u0001\u0086" + huge.substring(stride + 5);
        refused(Map.of("state/data.pkl", bytes(huge)), Set.of(), "");
    }

    private void refused(Map<String, byte[]> changed, Set<String> removed, String why) throws IOException {
        Path file = folder.resolve("changed.pt");
        rewrite(fixture("state.pt"), file, changed, removed);
        assertThatThrownBy(() -> TorchFile.open(file, null, "").close())
                .isInstanceOf(WeightsException.class)
                .hasMessageStartingWith("changed.pt: ")
                .hasMessageContaining(why);
    }

    private Path fixture(String name) throws IOException {
        Path file = folder.resolve(name);
        try (InputStream in = TorchFileTest.class.getResourceAsStream(name)) {
            Files.write(file, in.readAllBytes());
        }
        return file;
    }

    static byte[] bytes(String latin) {
        return latin.getBytes(StandardCharsets.ISO_8859_1);
    }

    static byte[] entry(Path archive, String name) throws IOException {
        try (ZipFile zip = new ZipFile(archive.toFile());
                InputStream in = zip.getInputStream(zip.getEntry(name))) {
            return in.readAllBytes();
        }
    }

    /** The archive with some entries replaced, added or left out; all stored, as PyTorch does. */
    static void rewrite(Path archive, Path to, Map<String, byte[]> changed, Set<String> removed) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ZipFile in = new ZipFile(archive.toFile());
                ZipOutputStream out = new ZipOutputStream(bytes)) {
            for (Enumeration<? extends ZipEntry> all = in.entries(); all.hasMoreElements(); ) {
                String name = all.nextElement().getName();
                if (!changed.containsKey(name) && !removed.contains(name)) {
                    put(out, name, in.getInputStream(in.getEntry(name)).readAllBytes());
                }
            }
            for (Map.Entry<String, byte[]> entry : changed.entrySet()) {
                put(out, entry.getKey(), entry.getValue());
            }
        }
        try (OutputStream file = Files.newOutputStream(to)) {
            bytes.writeTo(file);
        }
    }

    private static void put(ZipOutputStream out, String name, byte[] content) throws IOException {
        ZipEntry entry = new ZipEntry(name);
        CRC32 crc = new CRC32();
        crc.update(content);
        entry.setMethod(ZipEntry.STORED);
        entry.setSize(content.length);
        entry.setCrc(crc.getValue());
        out.putNextEntry(entry);
        out.write(content);
        out.closeEntry();
    }
}
