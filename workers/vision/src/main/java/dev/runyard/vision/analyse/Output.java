package dev.runyard.vision.analyse;

import dev.runyard.vision.plot.Figure;
import dev.runyard.vision.tensor.SafetensorsWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Where one analysis puts its files and numbers. */
final class Output {
    private final Path folder;
    private final List<String> files = new ArrayList<>();
    private final Map<String, Object> numbers = new LinkedHashMap<>();

    Output(Path folder) {
        this.folder = folder;
    }

    /** The number that the index and the terminal show under this name. */
    void number(String name, Object value) {
        numbers.put(name, value);
    }

    void figure(String name, Figure figure) throws IOException {
        files.addAll(figure.write(folder, name));
    }

    void tensors(String name, SafetensorsWriter tensors) throws IOException {
        tensors.write(folder.resolve(name));
        files.add(name);
    }

    /** Rows of a CSV, head first; whatever needs quotes gets them, and numbers with a fraction have single precision. */
    void table(String name, List<List<?>> rows) throws IOException {
        StringBuilder text = new StringBuilder();
        for (List<?> row : rows) {
            for (int i = 0; i < row.size(); i++) {
                text.append(i == 0 ? "" : ",").append(cell(row.get(i)));
            }
            text.append('\n');
        }
        Files.writeString(folder.resolve(name), text);
        files.add(name);
    }

    private static String cell(Object value) {
        String text = value instanceof Double number ? Float.toString(number.floatValue()) : String.valueOf(value);
        return text.matches("[^\",\\r\\n]*") ? text : "\"" + text.replace("\"", "\"\"") + "\"";
    }

    List<String> files() {
        return List.copyOf(files);
    }

    Map<String, Object> numbers() {
        return numbers;
    }
}
