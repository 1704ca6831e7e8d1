package dev.runyard.vision.data.layout;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import dev.runyard.vision.data.source.DataException;
import dev.runyard.vision.data.source.Source;
import dev.runyard.vision.file.Flaw;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * CLEVR as a task of counting (VTAB's clevr/count): {@code scenes/CLEVR_<part>_scenes.json}, {@code images/<part>/…png}. The label is
 * the number of objects, 3 to 10, less 3. The official test part has no scenes; val stands for it.
 */
final class Clevr {
    private static final int FEWEST = 3;
    private static final int MOST = 10;

    private Clevr() {}

    /** Null when there are no scenes. */
    static @Nullable Found find(Source source) throws IOException {
        @Nullable String train = Listed.nearest(source, "scenes/CLEVR_train_scenes.json");
        @Nullable String val = Listed.nearest(source, "scenes/CLEVR_val_scenes.json");
        if (train == null && val == null) {
            return null;
        }
        List<String> names =
                IntStream.rangeClosed(FEWEST, MOST).mapToObj(String::valueOf).toList();
        List<Item> learnt = train == null ? List.of() : items(source, train, "train");
        List<Item> judged = val == null ? List.of() : items(source, val, "val");
        if (train != null) {
            Layouts.noEmptyClass(learnt, names, train);
        }
        return new Found(
                "CLEVR counts",
                true,
                names,
                learnt,
                List.of(),
                judged,
                null,
                List.of("CLEVR's val part is the test part: the official test part has no labels."));
    }

    private static List<Item> items(Source source, String scenes, String part) throws IOException {
        String root = scenes.substring(0, scenes.lastIndexOf("scenes/"));
        List<Listed.Entry> relative = new ArrayList<>();
        try (InputStream in = source.stream(scenes);
                JsonParser p = new JsonFactory().createParser(in)) {
            while (p.nextToken() != null
                    && !(p.currentToken() == JsonToken.START_ARRAY && "scenes".equals(p.currentName()))) {
                // What the file says about itself comes first.
            }
            while (p.nextToken() == JsonToken.START_OBJECT) {
                relative.add(scene(p, scenes, part, "scene " + (relative.size() + 1)));
            }
        } catch (JsonProcessingException e) {
            throw new DataException("BAD_SPLIT", Flaw.json(scenes, e, "take CLEVR's own file"));
        }
        if (relative.isEmpty()) {
            throw new DataException("BAD_SPLIT", scenes + " has no scenes");
        }
        return new Listed(source, root + "images/", scenes).items(relative);
    }

    private static Listed.Entry scene(JsonParser p, String scenes, String part, String position) throws IOException {
        @Nullable String image = null;
        int objects = -1;
        while (p.nextToken() == JsonToken.FIELD_NAME) {
            String field = p.currentName();
            JsonToken value = p.nextToken();
            if (field.equals("image_filename") && value == JsonToken.VALUE_STRING) {
                image = p.getText();
            } else if (field.equals("objects") && value == JsonToken.START_ARRAY) {
                objects = 0;
                while (p.nextToken() != JsonToken.END_ARRAY) {
                    p.skipChildren();
                    objects++;
                }
            } else {
                p.skipChildren();
            }
        }
        if (image == null || objects < FEWEST || objects > MOST) {
            throw new DataException(
                    "LABEL_OUT_OF_RANGE",
                    Flaw.at(
                            scenes,
                            position,
                            image == null
                                    ? "no image_filename"
                                    : objects + " objects; " + FEWEST + " to " + MOST + " are counted",
                            "take CLEVR's own file"));
        }
        return new Listed.Entry(part + "/" + image, objects - FEWEST, position);
    }
}
