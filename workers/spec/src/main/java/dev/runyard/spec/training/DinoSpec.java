package dev.runyard.spec.training;

import dev.runyard.spec.Bounds;
import dev.runyard.spec.Defaults;
import dev.runyard.spec.Doc;

/**
 * Self-distillation (DINO, Caron et al. 2021, §3): a student learns from a teacher that follows it as a moving mean. The defaults are
 * the paper's where they do not depend on the size of the model.
 */
public record DinoSpec(
        @Doc(value = "Outputs of the head; the paper 65,536.", min = 2, max = 65_536)
        Integer prototypes,

        @Doc(value = "Width of the head's two hidden layers; the paper 2,048.", min = 8, max = 4_096)
        Integer hidden,

        @Doc(
                value = "Width in front of the prototypes, where vectors have length 1; the paper 256.",
                min = 4,
                max = 1_024)
        Integer bottleneck,

        @Doc(value = "Small views of an image, beside two large ones.", min = 0, max = 16)
        Integer localCrops,

        @Doc(value = "Side of a small view in px, a multiple of the patch.", min = 8, max = 512)
        Integer localSize,

        @Doc(
                value =
                        "Share of the image's area that parts large views from small ones: large have more, small less, down to 0.05.",
                above = 0.05,
                max = 1)
        Double scaleSplit,

        @Doc(value = "Divides the student's outputs before the softmax.", above = 0, max = 10)
        Double studentTemperature,

        @Doc(value = "Divides the teacher's centred outputs before the softmax.", above = 0, max = 10)
        Double teacherTemperature,

        @Doc(
                value = "Share of the teacher that stays at the first step; rises to 1 along half a cosine.",
                min = 0,
                max = 1)
        Double teacherMomentum,

        @Doc(value = "Share of the centre that stays at each step.", min = 0, max = 1)
        Double centreMomentum) {
    static final DinoSpec DEFAULT = new DinoSpec(1_024, 256, 64, 4, 32, 0.4, 0.1, 0.04, 0.996, 0.9);

    public DinoSpec {
        prototypes = Defaults.or(prototypes, 1_024);
        hidden = Defaults.or(hidden, 256);
        bottleneck = Defaults.or(bottleneck, 64);
        localCrops = Defaults.or(localCrops, 4);
        localSize = Defaults.or(localSize, 32);
        scaleSplit = Defaults.or(scaleSplit, 0.4);
        studentTemperature = Defaults.or(studentTemperature, 0.1);
        teacherTemperature = Defaults.or(teacherTemperature, 0.04);
        teacherMomentum = Defaults.or(teacherMomentum, 0.996);
        centreMomentum = Defaults.or(centreMomentum, 0.9);
        Bounds.check(DinoSpec.class, "prototypes", prototypes);
        Bounds.check(DinoSpec.class, "hidden", hidden);
        Bounds.check(DinoSpec.class, "bottleneck", bottleneck);
        Bounds.check(DinoSpec.class, "localCrops", localCrops);
        Bounds.check(DinoSpec.class, "localSize", localSize);
        Bounds.check(DinoSpec.class, "scaleSplit", scaleSplit);
        Bounds.check(DinoSpec.class, "studentTemperature", studentTemperature);
        Bounds.check(DinoSpec.class, "teacherTemperature", teacherTemperature);
        Bounds.check(DinoSpec.class, "teacherMomentum", teacherMomentum);
        Bounds.check(DinoSpec.class, "centreMomentum", centreMomentum);
    }
}
