package dev.runyard.vision.embed;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import dev.runyard.spec.InvalidSpec;
import dev.runyard.vision.data.source.ImageFolder;
import dev.runyard.vision.feed.Feed;
import dev.runyard.vision.nd.Torch;
import dev.runyard.vision.tensor.Safetensors;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/** Where pixels come from, a batch at a time. */
abstract sealed class PixelSource implements AutoCloseable {

    static PixelSource open(EmbedRequest request, Sight sight) throws IOException {
        return request.images() != null
                ? new Folder(request.images(), sight)
                : new File(Objects.requireNonNull(request.tensors()), sight);
    }

    abstract int count();

    /** Of the images, px. */
    abstract int side();

    /** [n, 3, H, W], normalised. */
    abstract Feed feed();

    /** K of the prompts that come with the pixels; 0 when there are none. */
    int prompts() {
        return 0;
    }

    int promptWidth() {
        return 0;
    }

    NDArray prompts(NDManager manager, int from, int count) {
        throw new IllegalStateException("there are no prompts");
    }

    Optional<List<String>> names() {
        return Optional.empty();
    }

    @Override
    public void close() throws IOException {}

    /** Images below a folder, by the test transform of the backbone. */
    private static final class Folder extends PixelSource {
        private final ImageFolder folder;
        private final Sight sight;

        Folder(Path folder, Sight sight) throws IOException {
            this.folder = ImageFolder.open(folder);
            this.sight = sight;
        }

        @Override
        int count() {
            return folder.names().size();
        }

        @Override
        int side() {
            return sight.imageSide();
        }

        @Override
        Feed feed() {
            return Feed.of(count(), side(), sight.normalisation(), i -> sight.transform()
                    .of(folder.decode(folder.names().get(i)), side()));
        }

        @Override
        Optional<List<String>> names() {
            return Optional.of(folder.names());
        }

        @Override
        public void close() throws IOException {
            folder.close();
        }
    }

    /** Tensors that somebody else prepared. */
    private static final class File extends PixelSource {
        private final int count;
        private final int side;
        private final float[] pixels;
        private final float[] prompts;
        private int promptCount;
        private int promptWidth;

        File(Path file, Sight sight) throws IOException {
            try (Safetensors in = Safetensors.open(file)) {
                List<Long> found = in.info("pixels").shape();
                boolean square = found.size() == 4 && found.get(2).equals(found.get(3)) && found.get(2) <= 4_096;
                side = sight.side() == 0 && square ? Math.toIntExact(found.get(2)) : sight.side();
                if (found.size() != 4
                        || found.get(0) < 1
                        || !found.subList(1, 4).equals(List.of(3L, (long) side, (long) side))) {
                    throw new InvalidSpec(
                            "DOES_NOT_FIT",
                            "tensors",
                            file,
                            "holds pixels " + found + ", wanted [n, 3, "
                                    + (side == 0 ? "H, H]" : side + ", " + side + "], the backbone's"),
                            null);
                }
                count = Math.toIntExact(found.get(0));
                pixels = in.finiteFloats("pixels");
                if (in.has("prompts")) {
                    List<Long> p = in.info("prompts").shape();
                    if (p.size() != 3 || p.get(0) != count || p.get(1) < 1) {
                        throw new InvalidSpec(
                                "DOES_NOT_FIT",
                                "tensors",
                                file,
                                "holds prompts " + p + ", wanted [" + count + ", K, D]",
                                null);
                    }
                    promptCount = Math.toIntExact(p.get(1));
                    promptWidth = Math.toIntExact(p.get(2));
                    prompts = in.finiteFloats("prompts");
                } else {
                    prompts = new float[0];
                }
            }
        }

        @Override
        int count() {
            return count;
        }

        @Override
        int side() {
            return side;
        }

        @Override
        Feed feed() {
            int size = 3 * side * side;
            return Feed.of(
                    count,
                    (manager, from, n) -> Torch.floats(
                            manager, Arrays.copyOfRange(pixels, from * size, (from + n) * size), n, 3, side, side));
        }

        @Override
        int prompts() {
            return promptCount;
        }

        @Override
        int promptWidth() {
            return promptWidth;
        }

        @Override
        NDArray prompts(NDManager manager, int from, int n) {
            int size = promptCount * promptWidth;
            return Torch.floats(
                    manager, Arrays.copyOfRange(prompts, from * size, (from + n) * size), n, promptCount, promptWidth);
        }
    }
}
