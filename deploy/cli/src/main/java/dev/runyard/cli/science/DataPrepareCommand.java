package dev.runyard.cli.science;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.runyard.cli.lab.LabHome;
import dev.runyard.cli.remote.WrittenSpec;
import dev.runyard.cli.terminal.Failure;
import dev.runyard.cli.terminal.Progress;
import dev.runyard.spec.model.BackboneSpec;
import dev.runyard.spec.run.RunSpec;
import dev.runyard.spec.run.SpecDocument;
import dev.runyard.vision.backbone.FrozenBackbone;
import dev.runyard.vision.data.Dataset;
import dev.runyard.vision.data.Preparation;
import dev.runyard.vision.image.TestTransform;
import dev.runyard.vision.train.input.OpenDatasets;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code runyard data prepare}. */
@Command(
        name = "prepare",
        mixinStandardHelpOptions = true,
        description = {
            "Decode the images of a run's data set now and keep their pixels in the home, which its training would do in the first epoch.",
            "Ctrl-C stops it; the same command goes on from there."
        })
public final class DataPrepareCommand implements Callable<Integer> {
    @Parameters(paramLabel = "FILE", description = "A run spec, YAML or JSON.")
    Path file;

    @Override
    public Integer call() throws IOException {
        ObjectNode written = WrittenSpec.read(file).tree();
        if (written.has("base")) {
            throw Failure.badInput(file + " is a sweep", "give one of its runs");
        }
        RunSpec spec = SpecDocument.submitted(written).spec();
        LabHome home = LabHome.ofEnvironment();
        LocalEngine.prepare(home);
        int size;
        TestTransform transform;
        try (FrozenBackbone backbone =
                FrozenBackbone.open(spec.backbone().weights(), spec.backbone().imageSize())) {
            size = backbone.shape().imageSize();
            boolean own = spec.backbone().transform() == BackboneSpec.Transform.NATIVE;
            transform = own ? backbone.shape().transform() : TestTransform.PGN;
        }
        Dataset data =
                OpenDatasets.open(spec.dataset(), LocalEngine.dataCache(home)).seenBy(transform);
        Preparation preparation = Preparation.of(data, size, spec.augment());
        if (preparation.of() == 0) {
            System.out.println("nothing to prepare: a training decodes these images as it goes, or renders them");
            return 0;
        }
        try (Progress progress = new Progress(System.err)) {
            preparation.run((done, of) -> {
                progress.show((double) done / of, done + " of " + of + " images");
                return true;
            });
        }
        System.out.println(preparation.done() + " of " + preparation.of() + " images are kept at " + size + " px");
        return preparation.done() == preparation.of() ? 0 : Failure.FAULT;
    }
}
