package dev.runyard.vision.data;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.runyard.spec.dataset.DatasetSpec;
import dev.runyard.spec.dataset.DatasetSpec.Split;
import dev.runyard.vision.data.report.DatasetSummary;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Whoever may name a file in a spec learns nothing of what stands in it: a secret in any kind of file is in no message. */
class SecretsTest {
    private static final String SECRET = "tr0ub4dor-Correct-Horse-0987654321";
    private static final byte[] PIXELS = png();

    @TempDir
    Path dir;

    private final StringBuffer logged = new StringBuffer();
    private final Handler handler = new Handler() {
        @Override
        public void publish(LogRecord record) {
            logged.append(record.getMessage()).append(record.getThrown());
        }

        @Override
        public void flush() {}

        @Override
        public void close() {}
    };

    @BeforeEach
    void listen() {
        Logger.getLogger("").addHandler(handler);
    }

    @AfterEach
    void stop() {
        Logger.getLogger("").removeHandler(handler);
    }

    private static byte[] png() {
        try {
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            ImageIO.write(new BufferedImage(6, 4, BufferedImage.TYPE_INT_RGB), "png", out);
            return out.toByteArray();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private void file(String path, byte[] content) throws IOException {
        Path at = dir.resolve("d").resolve(path);
        Files.createDirectories(at.getParent());
        Files.write(at, content);
    }

    private void text(String path, String content) throws IOException {
        file(path, content.getBytes(UTF_8));
    }

    /** Everything that opening, training's reading and a look say, refusals with their causes and stacks included. */
    private String said(String id, Path root) {
        StringWriter said = new StringWriter();
        for (Split split : Split.values()) {
            for (DatasetSpec.BadImage bad : DatasetSpec.BadImage.values()) {
                DatasetSpec spec = new DatasetSpec(id, root.toString(), split, null, null, null, bad);
                try (Dataset d = Datasets.open(spec, dir.resolve("cache"), 0)) {
                    d.notes().forEach(said::append);
                    for (var part : List.of(d.train(), d.val(), d.test())) {
                        for (int i = 0; i < part.size(); i++) {
                            part.pictures().decode(i);
                        }
                    }
                } catch (IOException | RuntimeException e) {
                    e.printStackTrace(new PrintWriter(said));
                }
                try {
                    DatasetSummary look = DatasetSummary.of(spec, 0, (done, of) -> {});
                    said.append(look.broken() + " " + look.leaks() + " " + look.notes() + " " + look.layout());
                } catch (IOException | RuntimeException e) {
                    e.printStackTrace(new PrintWriter(said));
                }
            }
        }
        return said.toString() + logged;
    }

    private void kept(String said) {
        List<String> forms = new ArrayList<>();
        for (int length : List.of(6, 8)) {
            for (int from = 0; from + length <= SECRET.length(); from++) {
                forms.add(SECRET.substring(from, from + length));
            }
        }
        forms.add(HexFormat.of().formatHex(SECRET.substring(0, 4).getBytes(ISO_8859_1)));
        ByteBuffer head = ByteBuffer.wrap(SECRET.getBytes(ISO_8859_1));
        for (ByteOrder order : List.of(ByteOrder.BIG_ENDIAN, ByteOrder.LITTLE_ENDIAN)) {
            forms.add(Integer.toUnsignedString(head.order(order).getInt(0)));
            forms.add(Integer.toHexString(head.order(order).getInt(0)));
        }
        String lower = said.toLowerCase(Locale.ROOT);
        assertThat(said).as("something was refused or noted").isNotBlank();
        assertThat(forms).allSatisfy(form -> assertThat(lower).doesNotContain(form.toLowerCase(Locale.ROOT)));
    }

    private void withImages() throws IOException {
        for (String path : List.of(
                "images/cat/1.png",
                "images/cat/2.png",
                "images/dog/1.png",
                "images/dog/2.png",
                "a/abbey/1.jpg",
                "jpg/image_00001.jpg",
                "Apply_Eye_Makeup/v_1.jpg",
                "images/Abyssinian_1.jpg")) {
            file(path, PIXELS);
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        oxford_pets    | annotations/trainval.txt                        | S
        oxford_pets    | annotations/trainval.txt                        | S 1 1 1
        oxford_pets    | annotations/trainval.txt                        | S_1 1 1 1
        oxford_pets    | annotations/trainval.txt,annotations/test.txt   | Abyssinian_1 S 1 1
        food101        | meta/train.txt,meta/test.txt                    | S
        food101        | meta/train.txt,meta/test.txt                    | cat/S
        food101        | meta/train.json,meta/test.json                  | S
        food101        | meta/train.json,meta/test.json                  | {"cat":["cat/S"]}
        food101        | meta/train.txt,meta/test.txt,meta/classes.txt   | S/1
        dtd            | labels/train1.txt,labels/val1.txt,labels/test1.txt | S
        dtd            | labels/train1.txt,labels/val1.txt,labels/test1.txt | cat/S.jpg
        sun397         | ClassName.txt                                   | /S
        sun397         | ClassName.txt,Training_01.txt,Testing_01.txt    | /S
        sun397         | ClassName.txt,Training_01.txt,Testing_01.txt    | /a/S/1.jpg
        ucf101         | classInd.txt                                    | S
        ucf101         | classInd.txt,trainlist01.txt,testlist01.txt     | 1 S
        ucf101         | trainlist01.txt,testlist01.txt                  | S/v_1.avi 1
        folder         | split_zhou_x.json                               | S
        folder         | split_zhou_x.json                               | {"S":[]}
        folder         | split_zhou_x.json                               | {"train":[["S",0,"cat"]],"test":[["S",0,"cat"]]}
        folder         | split_zhou_x.json                               | {"train":[["images/cat/1.png",0,"S"],["images/cat/1.png",0,"T"]]}
        folder         | split_zhou_x.json                               | {"train":[["images/cat/1.png","S","cat"]]}
        folder         | split_zhou_x.json                               | {"train":[["images/cat/1.png",S,"cat"]]}
        folder         | split_zhou_x.json                               | {"train":[["images/cat/1.png",0,"S"]],"test":[["images/cat/2.png",1,"S2"]]}
        folder         | split_zhou_x.json                               | {"train":[["images/cat/1.png",0,"cat"]],"test":S
        oxford_flowers | setid.mat,imagelabels.mat                       | S
        svhn           | train_32x32.mat,test_32x32.mat                  | S
        clevr_count    | scenes/CLEVR_train_scenes.json                  | S
        clevr_count    | scenes/CLEVR_train_scenes.json                  | {"scenes":[{"image_filename":"S","objects":[1,2,3]}]}
        clevr_count    | scenes/CLEVR_train_scenes.json                  | {"scenes":[{"image_filename":"S","objects":[S]}]}
        imagenet       | LOC_val_solution.csv,train/n01440764/x.txt      | S
        imagenet       | LOC_val_solution.csv                            | ImageId,S
        """)
    void inListsAndTables(String id, String files, String content) throws IOException {
        withImages();
        file("train/n01440764/1.png", PIXELS);
        if (!id.equals("imagenet")) {
            Files.delete(dir.resolve("d/train/n01440764/1.png"));
            Files.delete(dir.resolve("d/train/n01440764"));
            Files.delete(dir.resolve("d/train"));
        }
        if (files.startsWith("trainlist")) {
            text("classInd.txt", "1 ApplyEyeMakeup\n");
        }
        for (String file : files.split(",")) {
            text(file, content.replace("S", SECRET) + "\n");
        }
        kept(said(id, dir.resolve("d")));
    }

    @Test
    void inArraysOfMatlab() throws IOException {
        file("jpg/image_00001.jpg", PIXELS);
        byte[] header = new byte[128];
        System.arraycopy("MATLAB 5.0".getBytes(ISO_8859_1), 0, header, 0, 10);
        header[124] = 0;
        header[125] = 1;
        header[126] = 'I';
        header[127] = 'M';
        for (String body : List.of(SECRET.repeat(9), "\u000e\0\0\0\u0040\0\0\0" + SECRET.repeat(9))) {
            ByteArrayOutputStream mat = new ByteArrayOutputStream();
            mat.write(header);
            mat.write(body.getBytes(ISO_8859_1));
            for (String name : List.of("setid.mat", "imagelabels.mat", "train_32x32.mat", "test_32x32.mat")) {
                file(name, mat.toByteArray());
            }
            kept(said("oxford_flowers", dir.resolve("d")));
            kept(said("svhn", dir.resolve("d")));
        }
        for (String name : List.of("setid.mat", "imagelabels.mat")) {
            Files.delete(dir.resolve("d").resolve(name));
        }
        text("cat_to_name.json", "{\"1\":" + SECRET + "}");
        kept(said("oxford_flowers", dir.resolve("d")));
    }

    @Test
    void inRecordsOfCifar() throws IOException {
        file("data_batch_1.bin", SECRET.repeat(200).substring(0, 3073).getBytes(ISO_8859_1));
        kept(said("folder", dir.resolve("d")));
        Files.delete(dir.resolve("d/data_batch_1.bin"));
        file("train.bin", new byte[3074]);
        text("fine_label_names.txt", SECRET);
        kept(said("cifar100", dir.resolve("d")));
    }

    @Test
    void inImages() throws IOException {
        for (int i = 0; i < 6; i++) {
            file("cat/" + i + ".png", PIXELS);
            file("dog/" + i + ".png", PIXELS);
        }
        file("cat/plain.jpg", SECRET.getBytes(UTF_8));
        file("cat/web.jpg", ("<html>" + SECRET).getBytes(UTF_8));
        List<String> heads = List.of(
                "\u0089PNG\r\n\u001a\n",
                "\u0089PNG\r\n\u001a\n\0\0\0\rIHDR",
                "\u00ff\u00d8\u00ff",
                "\u00ff\u00d8\u00ff\u00c0\0\u0011",
                "\u00ff\u00d8\u00ff\u00c0\0\u000b\b\0\u0010\0\u0010\u0001\u0001\u0011\0\u00ff\u00da\0\b\u0001\u0001\0\0?\0",
                "GIF89a\u0004\0\u0004\0\0\0\0,",
                "GIF89a");
        for (int i = 0; i < heads.size(); i++) {
            file("dog/head" + i + ".jpg", (heads.get(i) + SECRET.repeat(4)).getBytes(ISO_8859_1));
        }
        ByteArrayOutputStream chunk = new ByteArrayOutputStream();
        chunk.write(PIXELS, 0, 33);
        byte[] type = SECRET.toUpperCase(Locale.ROOT).substring(0, 4).getBytes(ISO_8859_1);
        CRC32 crc = new CRC32();
        crc.update(type);
        chunk.write(new byte[4]);
        chunk.write(type);
        chunk.write(ByteBuffer.allocate(4).putInt((int) crc.getValue()).array());
        chunk.write(PIXELS, 33, PIXELS.length - 33);
        file("dog/chunk.png", chunk.toByteArray());
        kept(said("folder", dir.resolve("d")));
    }

    @Test
    void inArchives() throws IOException {
        Path plain = Files.writeString(dir.resolve("postgres.secret"), SECRET);
        kept(said("folder", plain));
        kept(said("oxford_pets", Files.writeString(dir.resolve("x.zip"), "PK\u0003\u0004" + SECRET.repeat(9))));
        Path zip = dir.resolve("z.zip");
        try (ZipOutputStream out = new ZipOutputStream(Files.newOutputStream(zip))) {
            out.setComment(SECRET);
            out.putNextEntry(new ZipEntry("annotations/trainval.txt"));
            out.write(SECRET.getBytes(UTF_8));
            out.putNextEntry(new ZipEntry("images/Abyssinian_1.jpg"));
            out.write(SECRET.getBytes(UTF_8));
        }
        kept(said("oxford_pets", zip));
        try (ZipOutputStream out = new ZipOutputStream(Files.newOutputStream(zip))) {
            out.putNextEntry(new ZipEntry("../" + SECRET));
        }
        kept(said("folder", zip));
    }

    /** The attack: a list that is a link to the lab's password. */
    @Test
    void behindLinks() throws IOException {
        Path secret = Files.writeString(dir.resolve("postgres.secret"), SECRET);
        withImages();
        for (String link : List.of(
                "annotations/trainval.txt",
                "meta/train.txt",
                "labels/train1.txt",
                "split_zhou_x.json",
                "setid.mat",
                "images/cat/3.png",
                "README")) {
            Path at = dir.resolve("d").resolve(link);
            Files.createDirectories(at.getParent());
            Files.createSymbolicLink(at, secret);
            String said = said("folder", dir.resolve("d"));
            kept(said);
            assertThat(said)
                    .contains("1 links that lead out of it, first " + link)
                    .contains("RUNYARD_ROOTS");
            Files.delete(at);
        }
        Path folder = dir.resolve("d/images/bird");
        Files.createSymbolicLink(folder, Files.createDirectories(dir.resolve("elsewhere/bird")));
        assertThat(said("folder", dir.resolve("d"))).contains("links that lead out of it, first images/bird -> ");
    }
}
