package dev.runyard.vision.device;

import dev.runyard.spec.Sha256;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * A Python package file that holds libraries, named by its content.
 *
 * @param file its plain name: {@code NAME-VERSION-…-….whl}
 * @param sha256 of the file
 * @param bytes of the file
 */
public record Wheel(String file, String sha256, long bytes) {
    public Wheel {
        if (!file.matches("[A-Za-z0-9][A-Za-z0-9._]*-[A-Za-z0-9._+]+-[A-Za-z0-9._-]+\\.whl")) {
            throw new IllegalArgumentException("\"" + file + "\" is not the name of a wheel, NAME-VERSION-TAGS.whl");
        }
        if (!Sha256.valid(sha256) || bytes < 1) {
            throw new IllegalArgumentException(file + " needs a SHA-256 and a size");
        }
    }

    /** Those of the libtorch that the product's bridge is made for, built for CUDA 12.6. */
    public static List<Wheel> shipped() {
        try (InputStream in =
                Objects.requireNonNull(Wheel.class.getResourceAsStream("natives-cu126.txt"), "part of every build")) {
            return parsed(new String(in.readAllBytes(), StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    /** @throws IllegalArgumentException naming the line that is no wheel */
    public static List<Wheel> listed(Path file) throws IOException {
        return parsed(Files.readString(file));
    }

    static List<Wheel> parsed(String text) {
        List<Wheel> wheels = new ArrayList<>();
        for (String line : text.split("\\R")) {
            if (line.isBlank() || line.startsWith("#")) {
                continue;
            }
            String[] cells = line.strip().split("\\s+");
            if (cells.length != 3 || !cells[2].matches("\\d{1,15}")) {
                throw new IllegalArgumentException("\"" + line + "\" is not such as FILE.whl SHA-256 BYTES");
            }
            wheels.add(new Wheel(cells[0], cells[1], Long.parseLong(cells[2])));
        }
        if (wheels.isEmpty()) {
            throw new IllegalArgumentException("there is no wheel in the list");
        }
        return List.copyOf(wheels);
    }

    /** As pip takes it, with the hash that it then insists on. */
    String requirement() {
        String[] parts = file.split("-", 3);
        return parts[0].replace('_', '-') + "==" + parts[1] + " --hash=sha256:" + sha256;
    }

    /** Whether that file is this wheel to the last byte. */
    boolean is(Path at) throws IOException {
        if (!Files.isRegularFile(at) || Files.size(at) != bytes) {
            return false;
        }
        try (InputStream in = Files.newInputStream(at)) {
            return Sha256.of(in).equals(sha256);
        }
    }
}
