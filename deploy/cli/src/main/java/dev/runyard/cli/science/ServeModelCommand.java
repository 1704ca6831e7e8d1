package dev.runyard.cli.science;

import dev.runyard.cli.lab.LabHome;
import dev.runyard.spec.model.BackboneSpec;
import dev.runyard.vision.backbone.FrozenBackbone;
import dev.runyard.vision.backbone.PositionPolicy;
import dev.runyard.vision.encoder.LocalEncoder;
import dev.runyard.vision.serve.ModelServer;
import dev.runyard.vision.serve.ServerOptions;
import java.io.IOException;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code runyard serve-model}: the other side of a deployment, until it is stopped. */
@Command(
        name = "serve-model",
        description = "Serve a frozen model on loopback: float images in, embeddings out. Knows no PGN and no task.")
public final class ServeModelCommand implements Callable<Integer> {
    @Option(
            names = "--backbone",
            paramLabel = "W",
            defaultValue = BackboneSpec.SMALL,
            description = "A safetensors file, or a folder with one and its config.json; default ${DEFAULT-VALUE}.")
    String backbone;

    @Option(
            names = "--port",
            paramLabel = "N",
            defaultValue = "0",
            description = "On loopback; 0, the default, takes any.")
    int port;

    @Option(
            names = "--policy",
            paramLabel = "P",
            defaultValue = "append",
            description = "Positions of rows below the image: append or interpolate.")
    PositionPolicy policy;

    @Option(names = "--gradients", description = "Also take prompts and give gradients, to train against.")
    boolean gradients;

    @Option(
            names = "--largest-body",
            paramLabel = "BYTES",
            defaultValue = "67108864",
            description = "Of one request; default ${DEFAULT-VALUE}.")
    long largestBody;

    @Mixin
    DeviceOption device;

    @Override
    public Integer call() throws IOException {
        ServerOptions options = new ServerOptions(port, gradients, largestBody);
        device.open(LabHome.ofEnvironment());
        CountDownLatch stopped = new CountDownLatch(1);
        Runtime.getRuntime().addShutdownHook(new Thread(stopped::countDown, "stop"));
        try (FrozenBackbone model = FrozenBackbone.open(LocalEngine.backbone(backbone));
                ModelServer server = ModelServer.start(new LocalEncoder(model, policy), options, System.err::println)) {
            System.out.println(server.address());
            stopped.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return 0;
    }
}
