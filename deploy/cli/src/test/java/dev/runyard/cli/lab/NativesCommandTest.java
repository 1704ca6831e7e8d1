package dev.runyard.cli.lab;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.runyard.cli.Typed;
import dev.runyard.spec.Sha256;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.StreamSupport;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Installs small stand-ins of the wheels from a server on loopback, on a machine whose nvidia-smi shows a GPU. */
@Timeout(240)
class NativesCommandTest {
    private static final String TORCH = "torch-2.7.1-py3-none-any.whl";
    private static final String CUBLAS = "nvidia_cublas_cu12-12.6.4.1-py3-none-any.whl";

    @TempDir
    Path folder;

    private final Map<String, byte[]> files = new LinkedHashMap<>();
    private final List<String> asked = new CopyOnWriteArrayList<>();
    private volatile boolean cutOnce;
    private HttpServer server;

    @BeforeEach
    void serve() throws IOException {
        byte[] bulk = new byte[300_000];
        new Random(1).nextBytes(bulk);
        files.put(
                TORCH,
                wheel(
                        "torch",
                        "2.7.1",
                        Map.of(
                                "torch/lib/libtorch.so", "t".getBytes(StandardCharsets.UTF_8),
                                "torch/lib/libtorch_cuda.so", bulk,
                                "torch/__init__.py", "raise".getBytes(StandardCharsets.UTF_8),
                                "torch/version.py",
                                        "__version__ = '2.7.1+cu126'\ncuda: Optional[str] = '12.6'\n"
                                                .getBytes(StandardCharsets.UTF_8))));
        files.put(
                CUBLAS,
                wheel(
                        "nvidia-cublas-cu12",
                        "12.6.4.1",
                        Map.of("nvidia/cublas/lib/libcublas.so.12", "c".getBytes(StandardCharsets.UTF_8))));
        StringBuilder list = new StringBuilder("# file, SHA-256, bytes\n");
        files.forEach((name, bytes) -> list.append(name + " " + Sha256.of(bytes) + " " + bytes.length + "\n"));
        Files.writeString(folder.resolve("wheels.txt"), list);
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", this::answer);
        server.start();
    }

    @AfterEach
    void stop() {
        server.stop(0);
    }

    private String base() {
        return "http://127.0.0.1:" + server.getAddress().getPort();
    }

    /** Files below /f, a package index below /simple. The first answer of a cut server ends in the middle. */
    private void answer(HttpExchange exchange) throws IOException {
        try (exchange) {
            String path = exchange.getRequestURI().getPath();
            asked.add(path + " " + exchange.getRequestHeaders().getFirst("Range"));
            if (path.startsWith("/simple/")) {
                String project = path.split("/")[2];
                StringBuilder page = new StringBuilder("<!DOCTYPE html><html><body>");
                files.forEach((name, bytes) -> {
                    if (name.replace('_', '-').startsWith(project + "-")) {
                        page.append("<a href=\"/f/" + name + "#sha256=" + Sha256.of(bytes) + "\">" + name + "</a>");
                    }
                });
                byte[] html = page.append("</body></html>").toString().getBytes(StandardCharsets.UTF_8);
                exchange.getResponseHeaders().add("Content-Type", "text/html");
                exchange.sendResponseHeaders(200, html.length);
                exchange.getResponseBody().write(html);
                return;
            }
            byte[] bytes = files.get(path.replaceFirst("^/f/", ""));
            if (bytes == null) {
                exchange.sendResponseHeaders(404, -1);
                return;
            }
            exchange.getResponseHeaders().add("ETag", "\"e\"");
            String range = exchange.getRequestHeaders().getFirst("Range");
            int from = range == null ? 0 : Integer.parseInt(range.replaceAll("bytes=(\\d+)-.*", "$1"));
            if (range != null) {
                exchange.getResponseHeaders()
                        .add("Content-Range", "bytes " + from + "-" + (bytes.length - 1) + "/" + bytes.length);
            }
            exchange.sendResponseHeaders(range == null ? 200 : 206, bytes.length - from);
            int until = cutOnce ? from + (bytes.length - from) / 2 : bytes.length;
            cutOnce = false;
            exchange.getResponseBody().write(bytes, from, until - from);
        } catch (IOException e) {
            // cut on purpose, or the client is gone
        }
    }

    private Typed natives(String... arguments) throws Exception {
        return natives(Map.of(), arguments);
    }

    private Typed natives(Map<String, String> settings, String... arguments) throws Exception {
        Path bin = Files.createDirectories(folder.resolve("bin"));
        Path smi = bin.resolve("nvidia-smi");
        Files.writeString(smi, "#!/bin/sh\necho 'GPU-4c5f, NVIDIA A100, 81920, 80000, 0, 550.54.14, 8.0, Disabled'\n");
        Files.setPosixFilePermissions(smi, PosixFilePermissions.fromString("rwxr-xr-x"));
        Map<String, String> all = new HashMap<>(settings);
        all.put("PATH", bin + ":" + System.getenv("PATH"));
        return Typed.run(folder, all, arguments);
    }

    private Path library() throws IOException {
        return Path.of(new ObjectMapper()
                .readTree(Files.readString(folder.resolve("home/natives.json")))
                .path("library")
                .asText());
    }

    private void assertInstalled() throws Exception {
        assertThat(library().resolve("libtorch_cuda.so")).hasSize(300_000);
        assertThat(library().resolve("../../nvidia/cublas/lib/libcublas.so.12")).hasContent("c");
        assertThat(library().resolve("../__init__.py")).doesNotExist();
        try (var left = Files.list(folder.resolve("home/natives/wheels"))) {
            assertThat(left).isEmpty();
        }
        Typed doctor = natives("doctor", "--json");
        JsonNode device = StreamSupport.stream(
                        new ObjectMapper().readTree(doctor.out()).spliterator(), false)
                .filter(finding -> finding.path("found").asText().startsWith("cuda:0"))
                .findFirst()
                .orElseThrow();
        assertThat(device.path("good").asBoolean()).isTrue();
        assertThat(device.path("found").asText())
                .isEqualTo("cuda:0 NVIDIA A100, 80.0 GiB (78.1 GiB free), compute capability 8.0, driver 550.54.14,"
                        + " torch 2.7.1 for CUDA 12.6");
    }

    @Test
    void fromAnAddressWithACutInBetween() throws Exception {
        Typed doctor = natives("doctor");
        assertThat(doctor.out())
                .contains(
                        "MISSING device",
                        "libtorch 2.7.1 for CUDA is not installed; run \"runyard natives install --cuda\"");
        cutOnce = true;
        Typed typed = natives("natives", "install", "--wheels", "wheels.txt", "--from", base() + "/f");
        assertThat(typed.exit()).as(typed.err()).isZero();
        assertThat(typed.out()).contains("installed: ", "cuda:0 NVIDIA A100: nothing is missing");
        assertThat(asked).anyMatch(one -> one.contains(TORCH) && one.contains("bytes="));
        assertInstalled();
        // Again: nothing to do.
        int before = asked.size();
        assertThat(natives("natives", "install", "--wheels", "wheels.txt", "--from", base() + "/f")
                        .exit())
                .isZero();
        assertThat(asked).hasSize(before);
        assertThat(natives("natives").out()).contains("cuda    " + library());
    }

    @Test
    void anotherFileThanTheListSaysIsRefusedAndNothingIsRemembered() throws Exception {
        byte[] other = files.get(CUBLAS).clone();
        other[60] ^= 1;
        files.put(CUBLAS, other);
        Typed typed = natives("natives", "install", "--wheels", "wheels.txt", "--from", base() + "/f");
        assertThat(typed.exit()).isEqualTo(1);
        assertThat(typed.err()).contains(CUBLAS).contains("SHA-256");
        assertThat(folder.resolve("home/natives.json")).doesNotExist();
        // What was right stays; with the right file the same command goes on.
        Files.write(folder.resolve(CUBLAS), new byte[1]);
        assertThat(folder.resolve("home/natives/wheels").resolve(TORCH)).exists();
    }

    @Test
    void fromAFolder() throws Exception {
        Path mirror = Files.createDirectories(folder.resolve("mirror"));
        Files.write(mirror.resolve(TORCH), files.get(TORCH));
        Typed missing = natives("natives", "install", "--wheels", "wheels.txt", "--from", "mirror");
        assertThat(missing.exit()).isEqualTo(1);
        assertThat(missing.err()).contains("mirror does not hold " + CUBLAS);
        Files.write(mirror.resolve(CUBLAS), files.get(CUBLAS));
        assertThat(natives("natives", "install", "--wheels", "wheels.txt", "--from", "mirror")
                        .exit())
                .isZero();
        assertInstalled();
    }

    @Test
    void byPipWithItsOwnIndex() throws Exception {
        assumeTrue(
                new ProcessBuilder("python3", "-m", "pip", "--version")
                                .redirectErrorStream(true)
                                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                                .start()
                                .waitFor()
                        == 0,
                "python3 with pip is not here");
        Typed typed = natives(
                Map.of("PIP_INDEX_URL", base() + "/simple", "PIP_NO_CACHE_DIR", "1"),
                "natives",
                "install",
                "--wheels",
                "wheels.txt");
        assertThat(typed.exit()).as(typed.err()).isZero();
        assertThat(asked).anyMatch(one -> one.startsWith("/simple/torch"));
        assertInstalled();
    }

    @Test
    void whatIsThereAlreadyCanBeUsed() throws Exception {
        assertThat(natives("natives", "use", "nowhere").err()).contains("holds no libtorch_cuda.so");
        Path lib = Files.createDirectories(folder.resolve("own/torch/lib"));
        Files.writeString(lib.resolve("libtorch_cuda.so"), "");
        Files.writeString(lib.resolve("libtorch.so"), "");
        assertThat(natives("natives", "use", "own/torch/lib").out())
                .contains("remembered: " + lib, "cuda:0 NVIDIA A100: nothing is missing");
    }

    @Test
    void deepComputesOnTheCpuAndSaysWhatFailsOnADeviceThatIsNone() throws Exception {
        Path lib = Files.createDirectories(folder.resolve("own/torch/lib"));
        for (String name : List.of("libtorch.so", "libtorch_cuda.so", "libtorch_cpu.so", "libc10.so")) {
            Files.writeString(lib.resolve(name), "no library");
        }
        natives("natives", "use", "own/torch/lib");
        Typed deep = natives("doctor", "--deep");
        assertThat(deep.exit()).isEqualTo(1);
        assertThat(deep.out().lines().filter(line -> line.matches("\\S+ +compute .*")))
                .satisfiesExactly(
                        gpu -> assertThat(gpu).startsWith("MISSING compute  cuda:0: load failed; "),
                        cpu -> assertThat(cpu)
                                .startsWith("ok      compute  cpu: torch 2.7.1, load, matrix product ")
                                .contains("GFLOP/s, convolution, backward pass, bf16 in one call right"));
    }

    private static byte[] wheel(String name, String version, Map<String, byte[]> content) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        Map<String, byte[]> all = new LinkedHashMap<>(content);
        String info = name.replace('-', '_') + "-" + version + ".dist-info/";
        all.put(
                info + "METADATA",
                ("Metadata-Version: 2.1\nName: " + name + "\nVersion: " + version + "\n")
                        .getBytes(StandardCharsets.UTF_8));
        all.put(
                info + "WHEEL",
                "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n".getBytes(StandardCharsets.UTF_8));
        all.put(info + "RECORD", new byte[0]);
        try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
            for (Map.Entry<String, byte[]> one : all.entrySet()) {
                zip.putNextEntry(new ZipEntry(one.getKey()));
                zip.write(one.getValue());
                zip.closeEntry();
            }
        }
        return bytes.toByteArray();
    }
}
