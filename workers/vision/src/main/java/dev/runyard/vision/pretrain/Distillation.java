package dev.runyard.vision.pretrain;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import dev.runyard.spec.training.DinoSpec;
import dev.runyard.spec.training.PretrainSpec;
import dev.runyard.vision.backbone.BackboneFiles;
import dev.runyard.vision.backbone.vit.VisionTransformer;
import dev.runyard.vision.backbone.vit.VitShape;
import dev.runyard.vision.image.View;
import dev.runyard.vision.method.net.Init;
import dev.runyard.vision.nd.Tensors;
import dev.runyard.vision.nd.Torch;
import dev.runyard.vision.tensor.SafetensorsWriter;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * DINO (Caron et al. 2021, §3 and algorithm 1; facebookresearch/dino main_dino.py). Two large views and some small ones of each image go
 * through the student, the large ones also through the teacher. The student learns to say of every view what the teacher says of
 * another. The teacher is a moving mean of the student; a centre taken off its outputs and a low temperature keep it from saying one
 * thing of all images. Labels are not looked at.
 *
 * <p>Letters: n images, V = 2 + localCrops views, P prototypes. Left out of the official code: blur, freezing the last layer for an
 * epoch, the warm-up of the teacher's temperature and the schedule of the weight decay.
 */
final class Distillation implements NewBackbone {
    private static final String HEAD = "dino.";
    private static final String TEACHER = "teacher.";
    private static final String CENTRE = "centre";

    /** Smallest share of an image's area that a small view shows. */
    private static final double SMALLEST = 0.05;

    private static final double SOLARIZE = 0.2;

    private final VitShape shape;
    private final DinoSpec spec;
    private final VisionTransformer transformer;
    private final NDManager manager = Torch.manager();
    private final PositionResize localPositions;
    private final Tensors parameters;
    private final Tensors teacher;
    private final Tensors buffers;
    private final NDArray centre;
    private final NDArray studentSharpness;
    private final NDArray teacherSharpness;
    private final NDArray centreKept;
    private final NDArray centreTaken;
    private final NDArray teacherKept;
    private final NDArray teacherTaken;

    Distillation(PretrainSpec pretrain, long seed) {
        spec = Objects.requireNonNull(pretrain.dino());
        shape = NewVit.shape(pretrain, 0);
        transformer = new VisionTransformer(shape);
        localPositions =
                new PositionResize(manager, shape.imageSize() / shape.patch(), spec.localSize() / shape.patch());
        Init init = new Init(manager, seed);
        NewVit.init(init, shape);
        DinoHead.init(init, HEAD, shape.width(), spec);
        parameters = new Tensors(init.parameters());
        Map<String, NDArray> copies = new LinkedHashMap<>();
        Map<String, NDArray> state = new LinkedHashMap<>();
        parameters.byName().forEach((name, array) -> {
            NDArray copy =
                    Torch.floats(manager, Torch.read(array), array.getShape().getShape());
            copies.put(name, copy);
            state.put(TEACHER + name, copy);
        });
        teacher = new Tensors(copies);
        centre = Torch.floats(manager, new float[spec.prototypes()], 1, spec.prototypes());
        state.put(CENTRE, centre);
        buffers = new Tensors(state);
        studentSharpness = Torch.scalar(manager, 1 / spec.studentTemperature());
        teacherSharpness = Torch.scalar(manager, 1 / spec.teacherTemperature());
        centreKept = Torch.scalar(manager, spec.centreMomentum());
        centreTaken = Torch.scalar(manager, 1 - spec.centreMomentum());
        teacherKept = Torch.scalar(manager, 1);
        teacherTaken = Torch.scalar(manager, 0);
    }

    @Override
    public VitShape shape() {
        return shape;
    }

    @Override
    public Tensors parameters() {
        return parameters;
    }

    /** The teacher and the centre. */
    @Override
    public Tensors buffers() {
        return buffers;
    }

    @Override
    public List<View> views() {
        List<View> out = new ArrayList<>();
        out.add(new View(shape.imageSize(), spec.scaleSplit(), 1, 0));
        out.add(new View(shape.imageSize(), spec.scaleSplit(), 1, SOLARIZE));
        out.addAll(Collections.nCopies(spec.localCrops(), new View(spec.localSize(), SMALLEST, spec.scaleSplit(), 0)));
        return out;
    }

    @Override
    public Loss loss(NDManager step, Tensors leaves, Seen seen, long number) {
        List<NDArray> views = seen.views();
        int[] labels = seen.labels();
        NDArray large = NDArrays.concat(new NDList(views.subList(0, 2)), 0); // [2n, 3, H, W]
        NDArray student = outputs(leaves, large, false);
        if (views.size() > 2) {
            NDArray small = NDArrays.concat(new NDList(views.subList(2, views.size())), 0);
            student = student.concat(outputs(leaves, small, true), 0); // [V·n, P]
        }
        NDArray said = outputs(teacher, large, false); // [2n, P]; constants only, so nothing is recorded
        NDArray wanted = said.sub(centre).mul(teacherSharpness).softmax(1);
        NDArray loss = crossViews(step, student.mul(studentSharpness), wanted, labels.length);
        centre.muli(centreKept).addi(said.mean(new int[] {0}, true).mul(centreTaken));
        return new Loss(loss, null);
    }

    /**
     * Mean cross-entropy over all pairs of a large view, as the teacher sees it, and another view, as the student does.
     *
     * @param student [V·n, P], scores view by view, the large ones first
     * @param wanted [2·n, P], shares
     * @param n images
     */
    static NDArray crossViews(NDManager step, NDArray student, NDArray wanted, int n) {
        int views = Math.toIntExact(student.getShape().get(0) / n);
        NDArray first = wanted.get("0:" + n);
        NDArray second = wanted.get(n + ":");
        NDList targets = new NDList(second, first); // of each view, what is said of the other large ones
        NDArray both = first.add(second);
        for (int v = 2; v < views; v++) {
            targets.add(both);
        }
        double pairs = 2.0 * (views - 1) * n;
        NDArray share = NDArrays.concat(targets, 0).mul(Torch.scalar(step, -1 / pairs));
        return student.logSoftmax(1).mul(share).sum();
    }

    private NDArray outputs(Tensors w, NDArray pixels, boolean small) {
        Tensors used = small ? w.and(new Tensors(Map.of("pos_embed", localPositions.apply(w.get("pos_embed"))))) : w;
        return DinoHead.forward(
                w, HEAD, transformer.encode(used, pixels, null, false).embedding());
    }

    /** The teacher moves towards the student, ever less. */
    @Override
    public void stepped(long step, long steps) {
        double kept = 1 - (1 - spec.teacherMomentum()) * (1 + Math.cos(Math.PI * step / steps)) / 2;
        Torch.fill(teacherKept, kept);
        Torch.fill(teacherTaken, 1 - kept);
        teacher.byName().forEach((name, array) -> array.muli(teacherKept)
                .addi(parameters.get(name).mul(teacherTaken)));
    }

    @Override
    public boolean classifies() {
        return false;
    }

    @Override
    public @Nullable NDArray scores(NDArray pixels) {
        return null;
    }

    /** The teacher's backbone, and in a second file its head. */
    @Override
    public List<String> write(Path folder) throws IOException {
        List<String> names = new ArrayList<>(new BackboneFiles(shape, teacher).write(folder));
        SafetensorsWriter out = new SafetensorsWriter();
        teacher.byName().forEach((name, array) -> {
            if (name.startsWith(HEAD)) {
                String official = name.substring(HEAD.length());
                out.halves(official, array.getShape().getShape(), Torch.read(array));
            }
        });
        float[] ones = new float[spec.prototypes()];
        Arrays.fill(ones, 1);
        out.halves("last_layer.weight_g", new long[] {spec.prototypes(), 1}, ones);
        out.write(folder.resolve("head.safetensors"));
        names.add("head.safetensors");
        return names;
    }

    @Override
    public void close() {
        manager.close();
        transformer.close();
    }
}
