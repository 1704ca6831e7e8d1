package dev.runyard.vision.encoder;

import ai.djl.ndarray.NDArray;
import dev.runyard.spec.InvalidSpec;
import dev.runyard.spec.model.BackboneSpec;
import dev.runyard.vision.backbone.FrozenBackbone;
import dev.runyard.vision.backbone.vit.AskedEncoder;
import dev.runyard.vision.backbone.vit.VitShape;
import dev.runyard.vision.backbone.vit.VitShape.Activation;
import dev.runyard.vision.backbone.vit.VitShape.Naming;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** The backbone of a spec: weights of this machine, or a model server that is asked. */
public final class Backbones {
    /** Addresses that runs of this machine may ask, with commas between them; of a worker. */
    public static final String VARIABLE = "RUNYARD_ENCODERS";

    /** The same for this process, or {@link #ANY}; comes before the variable. */
    public static final String PROPERTY = "runyard.encoders";

    /** For a process whose own user typed the address. */
    public static final String ANY = "*";

    private Backbones() {}

    /**
     * Opens it; see {@link FrozenBackbone#shared(BackboneSpec)}.
     *
     * @throws EncoderException when a server does not answer, or gives no gradients
     */
    public static FrozenBackbone of(BackboneSpec spec) throws IOException {
        return spec.encoder() == null ? FrozenBackbone.shared(spec) : asked(spec.encoder());
    }

    private static FrozenBackbone asked(String address) throws IOException {
        refuseUnlisted(address);
        RemoteEncoder server = new RemoteEncoder(address);
        ModelCard card = server.card();
        if (!card.gradients()) {
            throw new EncoderException(
                    "NO_GRADIENTS",
                    "the model server at " + address + " gives no gradients, which a training needs; start it with"
                            + " \"runyard serve-model --gradients\"");
        }
        VitShape shape = new VitShape(
                Naming.TIMM,
                card.patch(),
                card.width(),
                1,
                1,
                card.imageSize(),
                Activation.GELU,
                1e-6,
                card.mean(),
                card.std(),
                card.embedding(),
                0);
        return FrozenBackbone.asked(shape, new Remote(address, server));
    }

    /** A lab fetches nothing from an address that a user typed: whoever owns the machine says which may be asked. */
    private static void refuseUnlisted(String address) {
        String given = System.getProperty(PROPERTY, System.getenv().getOrDefault(VARIABLE, ""));
        boolean listed = Arrays.stream(given.split(",", -1))
                .map(String::strip)
                .anyMatch(one -> one.equals(ANY) || plain(one).equals(plain(address)));
        if (!listed) {
            throw new InvalidSpec(
                    "NOT_ALLOWED",
                    "backbone.encoder",
                    address,
                    "is not among the model servers that this machine may ask",
                    "let its owner start the worker with " + VARIABLE + "=" + address);
        }
    }

    private static String plain(String address) {
        return address.replaceAll("/$", "");
    }

    private record Remote(String address, RemoteEncoder server) implements AskedEncoder.Asked {
        @Override
        public NDArray encode(NDArray pixels, @Nullable NDArray prompts) {
            try {
                return server.encode(pixels, prompts);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        @Override
        public NDArray gradient(NDArray pixels, @Nullable NDArray prompts, NDArray upstream) {
            try {
                return server.gradient(pixels, prompts, upstream);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        /** Asked anew, since the server may have been started again with others. */
        @Override
        public String sha256() {
            try (RemoteEncoder now = new RemoteEncoder(address)) {
                return now.card().backbone();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
