package dev.runyard.vision.paper;

import dev.runyard.spec.training.PretrainSpec;
import dev.runyard.vision.data.layout.ImageNet;
import dev.runyard.vision.data.source.MatFileTest;
import dev.runyard.vision.method.AllMethods;
import dev.runyard.vision.pretrain.NewBackbone;
import dev.runyard.vision.text.TinyClip;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;

/** Data sets and weights of a few hundred bytes in the places and layouts of the real ones. Their images are opened, never decoded. */
final class FakeSets {
    /** Classes of the sets that come with a split file in CoOp's form. */
    private static final Map<String, Integer> COOP = Map.of(
            "oxford_flowers",
            102,
            "food-101",
            101,
            "eurosat",
            10,
            "sun397",
            397,
            "ucf101",
            101,
            "oxford_pets",
            37,
            "dtd",
            47,
            "resisc45",
            45);

    private static final int RECORDS = 40;

    private final Path root;

    private FakeSets(Path root) {
        this.root = root;
    }

    /** Below {@code data} and {@code weights} of a folder. */
    static void write(Path root) throws IOException {
        FakeSets fakes = new FakeSets(root);
        for (Map.Entry<String, Integer> set : COOP.entrySet()) {
            fakes.coop("data/" + set.getKey(), set.getValue());
        }
        fakes.cifar();
        fakes.file("data/svhn/train_32x32.mat", MatFileTest.scipy("train_32x32.mat"));
        fakes.file("data/svhn/test_32x32.mat", MatFileTest.scipy("test_32x32.mat"));
        fakes.clevr();
        fakes.imageNet();
        fakes.weights();
    }

    private void file(String path, byte[] content) throws IOException {
        Path file = root.resolve(path);
        Files.createDirectories(file.getParent());
        Files.write(file, content);
    }

    private void text(String path, String content) throws IOException {
        Path file = root.resolve(path);
        Files.createDirectories(file.getParent());
        Files.writeString(file, content);
    }

    private void coop(String folder, int classes) throws IOException {
        StringBuilder parts = new StringBuilder();
        for (String part : List.of("train", "val", "test")) {
            parts.append(parts.isEmpty() ? "{" : ",").append("\"").append(part).append("\":[");
            for (int c = 0; c < classes; c++) {
                String image = "kind" + c + "/" + part + ".jpg";
                text(folder + "/" + image, part + c);
                parts.append(c == 0 ? "" : ",").append("[\"" + image + "\"," + c + ",\"kind" + c + "\"]");
            }
            parts.append("]");
        }
        text(folder + "/split_zhou_Fake.json", parts + "}");
    }

    private void cifar() throws IOException {
        StringBuilder names = new StringBuilder();
        for (int c = 0; c < 10; c++) {
            names.append("kind").append(c).append("\n");
        }
        byte[] ten = new byte[RECORDS * 3073];
        byte[] hundred = new byte[200 * 3074];
        for (int i = 0; i < RECORDS; i++) {
            ten[i * 3073] = (byte) (i % 10);
            ten[i * 3073 + 5] = (byte) i;
        }
        for (int i = 0; i < 200; i++) {
            hundred[i * 3074 + 1] = (byte) (i % 100);
            hundred[i * 3074 + 5] = (byte) i;
        }
        for (int batch = 1; batch <= 5; batch++) {
            file("data/cifar-10-batches-bin/data_batch_" + batch + ".bin", ten);
        }
        file("data/cifar-10-batches-bin/test_batch.bin", ten);
        text("data/cifar-10-batches-bin/batches.meta.txt", names.toString());
        for (String folder : List.of("data/cifar-100-binary", "data/cifar100")) {
            file(folder + "/train.bin", hundred);
            file(folder + "/test.bin", hundred);
            StringBuilder fine = new StringBuilder();
            for (int c = 0; c < 100; c++) {
                fine.append("kind").append(c).append("\n");
            }
            text(folder + "/fine_label_names.txt", fine.toString());
        }
    }

    private void clevr() throws IOException {
        for (String part : List.of("train", "val")) {
            List<String> scenes = new ArrayList<>();
            for (int i = 0; i < 16; i++) {
                String image = "CLEVR_" + part + "_" + i + ".png";
                text("data/CLEVR_v1.0/images/" + part + "/" + image, image);
                scenes.add("{\"image_filename\":\"" + image + "\",\"objects\":["
                        + String.join(",", Collections.nCopies(3 + i % 8, "{}")) + "]}");
            }
            text(
                    "data/CLEVR_v1.0/scenes/CLEVR_" + part + "_scenes.json",
                    "{\"scenes\":[" + String.join(",", scenes) + "]}");
        }
    }

    private void imageNet() throws IOException {
        List<String> ids = ImageNet.wnids();
        List<String> named = new ArrayList<>();
        for (int i = 0; i < ids.size(); i++) {
            text("data/imagenet/train/" + ids.get(i) + "/a.JPEG", "a" + i);
            named.add("\"" + i + "\":[\"" + ids.get(i) + "\",\"kind " + i + "\"]");
        }
        text("data/imagenet/val/" + ids.get(0) + "/v.JPEG", "v");
        text("data/imagenet_class_index.json", "{" + String.join(",", named) + "}");
        text("data/imagenet-a/" + ids.get(ImageNet.subsetA()[0]) + "/a.jpg", "A");
        text("data/imagenet-r/" + ids.get(ImageNet.subsetR()[0]) + "/r.jpg", "R");
        text("data/imagenetv2-matched-frequency-format-val/0/x.jpeg", "V");
        text("data/sketch/" + ids.get(5) + "/s.JPEG", "S");
    }

    private void weights() throws IOException {
        TinyClip.write(Files.createDirectories(root.resolve("weights/clip-vit-b32")), 16, 40);
        List<String> thousand = new ArrayList<>();
        for (int i = 0; i < 1000; i++) {
            thousand.add("out" + i);
        }
        try (NewBackbone made = NewBackbone.of(new PretrainSpec(32, 8, 32, 1, 2), thousand, 0)) {
            made.write(root.resolve("weights/vit-b32"));
        }
        try (NewBackbone made = NewBackbone.of(new PretrainSpec(32, 8, 32, 1, 2), List.of("a", "b"), 1)) {
            made.write(root.resolve("weights/dino-vits16"));
        }
        Path head = Files.createDirectories(root.resolve("weights/dino-vits16-head"));
        AllMethods.prototypes(head, 32, 500);
        Files.move(
                head.resolve("dino-head.safetensors"),
                head.resolve("head.safetensors"),
                StandardCopyOption.REPLACE_EXISTING);
    }
}
