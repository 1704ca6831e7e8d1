package dev.runyard.vision.invert;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import dev.runyard.spec.json.Json;
import dev.runyard.spec.model.MethodSpec;
import dev.runyard.vision.backbone.PositionPolicy;
import dev.runyard.vision.client.BundleManifest;
import dev.runyard.vision.client.ClientBundle;
import dev.runyard.vision.client.PatchLayout;
import dev.runyard.vision.method.PromptNetwork;
import dev.runyard.vision.method.net.ResNet10;
import dev.runyard.vision.method.net.State;
import dev.runyard.vision.method.net.StoredTensors;
import dev.runyard.vision.nd.Torch;
import dev.runyard.vision.tensor.SafetensorsWriter;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;

/**
 * The two costs of inversion at the size of ViT-B/32 (224 px, K = 14, N = 256, ResNet10 at 224 px, random weights): the pseudo-inverse
 * once, and one image on the client's side. Prints a line of JSON each; processor times are of the calling thread. {@code --threads N},
 * {@code --images N}.
 */
public final class ClientBench {
    private static final PatchLayout B32 = new PatchLayout(224, 32, 14);
    private static final int WIDTH = 768;
    private static final int LIBRARY = 256;

    private ClientBench() {}

    public static void main(String[] arguments) throws IOException {
        int threads = option(arguments, "--threads", 1);
        int images = option(arguments, "--images", 50);
        inverse();
        Torch.enter();
        Torch.threads(threads);
        Path folder = Files.createTempDirectory("runyard-bundle");
        try {
            bundle(folder);
            try (ClientBundle bundle = ClientBundle.open(folder)) {
                time(bundle, images, threads);
            }
        } finally {
            for (String name : List.of(BundleManifest.FILE, ClientBundle.NETWORK, ClientBundle.PATCHES)) {
                Files.deleteIfExists(folder.resolve(name));
            }
            Files.deleteIfExists(folder);
        }
    }

    private static void inverse() {
        float[] weight = random(WIDTH * B32.length());
        long begin = System.nanoTime();
        long cpu = cpu();
        PatchInverse inverse = PatchInverse.of(weight, WIDTH, B32.length());
        System.out.printf(
                Locale.ROOT,
                "{\"what\": \"pseudo-inverse %d x %d, double\", \"s\": %.2f, \"cpu_s\": %.2f,"
                        + " \"residual\": %.1e, \"condition\": %.3f}%n",
                WIDTH,
                B32.length(),
                (System.nanoTime() - begin) / 1e9,
                (cpu() - cpu) / 1e9,
                inverse.residual(weight),
                inverse.condition());
    }

    private static void bundle(Path folder) throws IOException {
        MethodSpec method = Json.read(
                "{\"kind\":\"pgn\",\"prompts\":" + B32.prompts() + ",\"librarySize\":" + LIBRARY + "}",
                MethodSpec.class);
        SafetensorsWriter network = new SafetensorsWriter().metadata("runyard.method", Json.canonical(method));
        try (NDManager manager = Torch.manager()) {
            State state = PromptNetwork.init(manager, 0, ResNet10.CHANNELS, B32.prompts(), LIBRARY, B32.length());
            for (Map<String, NDArray> arrays : List.of(state.parameters(), state.buffers())) {
                arrays.forEach((name, array) -> StoredTensors.put(network, name, array));
            }
            network.write(folder.resolve(ClientBundle.NETWORK));
        }
        new SafetensorsWriter()
                .floats("offsets", new long[] {B32.prompts(), B32.length()}, random(B32.prompts() * B32.length()))
                .write(folder.resolve(ClientBundle.PATCHES));
        BundleManifest manifest = new BundleManifest(
                BundleManifest.VERSION,
                "0".repeat(64),
                PositionPolicy.APPEND,
                B32.imageSize(),
                B32.patch(),
                B32.prompts(),
                List.of(0.0, 0.0, 0.0),
                List.of(1.0, 1.0, 1.0),
                512,
                method,
                List.of(),
                Map.of(
                        ClientBundle.NETWORK,
                        ClientBundle.content(folder.resolve(ClientBundle.NETWORK)),
                        ClientBundle.PATCHES,
                        ClientBundle.content(folder.resolve(ClientBundle.PATCHES))));
        Files.writeString(folder.resolve(BundleManifest.FILE), Json.mapper().writeValueAsString(manifest));
    }

    private static void time(ClientBundle bundle, int images, int threads) throws IOException {
        float[] image = random(3 * B32.imageSize() * B32.imageSize());
        double[] times = new double[images];
        double[] work = new double[images];
        for (int i = 0; i < 2 * images; i++) { // the first half warms up
            long begin = System.nanoTime();
            long cpu = cpu();
            bundle.taller(image, 1);
            times[i % images] = (System.nanoTime() - begin) / 1e6;
            work[i % images] = (cpu() - cpu) / 1e6;
        }
        Arrays.sort(times);
        Arrays.sort(work);
        long bytes = 0;
        for (BundleManifest.Content content : bundle.manifest().files().values()) {
            bytes += content.size();
        }
        System.out.printf(
                Locale.ROOT,
                "{\"what\": \"one image through network and inversion\", \"threads\": %d, \"images\": %d,"
                        + " \"ms_median\": %.2f, \"ms_p95\": %.2f, \"cpu_ms_median\": %.2f, \"bundle_bytes\": %d}%n",
                threads,
                images,
                times[images / 2],
                times[(int) (images * 0.95)],
                work[images / 2],
                bytes);
    }

    /** Nanoseconds that the processor spent on this thread, whatever else ran. */
    private static long cpu() {
        return ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
    }

    private static float[] random(int n) {
        Random random = new Random(0);
        float[] out = new float[n];
        for (int i = 0; i < n; i++) {
            out[i] = (float) (random.nextGaussian() * 0.02);
        }
        return out;
    }

    private static int option(String[] arguments, String name, int otherwise) {
        for (int i = 0; i + 1 < arguments.length; i++) {
            if (arguments[i].equals(name)) {
                return Integer.parseInt(arguments[i + 1]);
            }
        }
        return otherwise;
    }
}
