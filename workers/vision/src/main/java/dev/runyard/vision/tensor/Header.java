package dev.runyard.vision.tensor;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The JSON header, read strictly: whatever two readers could understand differently is refused.
 *
 * @param tensors by name, in the order of their bytes
 */
record Header(Map<String, TensorInfo> tensors, Map<String, String> metadata) {
    private static final int MAX_TENSORS = 100_000;
    private static final int MAX_AXES = 16;
    private static final int MAX_NAME = 1_024;

    private static final JsonFactory JSON = JsonFactory.builder()
            .disable(StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION)
            .disable(JsonFactory.Feature.CANONICALIZE_FIELD_NAMES)
            .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxNestingDepth(8)
                    .maxNumberLength(40)
                    .build())
            .build();

    /**
     * @param json the header's bytes
     * @param dataLength bytes that follow the header
     * @param file for messages
     */
    static Header parse(byte[] json, long dataLength, String file) throws SafetensorsException {
        if (json.length == 0 || json[0] != '{') {
            throw new SafetensorsException(
                    "ST_HEADER_NOT_OBJECT", file + ": byte 8 must be '{', the header is a JSON object");
        }
        checkUtf8(json, file);
        Parse parse = new Parse(file, dataLength);
        try (JsonParser parser = JSON.createParser(json)) {
            parse.header(parser);
        } catch (SafetensorsException e) {
            throw e;
        } catch (StreamConstraintsException e) {
            throw new SafetensorsException(
                    "ST_BAD_JSON", file + ": header: is nested too deeply or has too long a number or text");
        } catch (com.fasterxml.jackson.core.JsonProcessingException e) {
            long at = 8
                    + Math.max(0, e.getLocation() == null ? 0 : e.getLocation().getByteOffset());
            throw new SafetensorsException("ST_BAD_JSON", file + ": header, near byte " + at + ": is not JSON");
        } catch (IOException e) {
            throw new SafetensorsException("ST_BAD_JSON", file + ": header: is not JSON");
        }
        return new Header(parse.ordered(), Map.copyOf(parse.metadata));
    }

    private static void checkUtf8(byte[] json, String file) throws SafetensorsException {
        CharsetDecoder decoder = StandardCharsets.UTF_8
                .newDecoder()
                .onMalformedInput(CodingErrorAction.REPORT)
                .onUnmappableCharacter(CodingErrorAction.REPORT);
        ByteBuffer in = ByteBuffer.wrap(json);
        // A small sink that is thrown away: a header of 100 MB must not cost another 200 MB to check.
        CharBuffer sink = CharBuffer.allocate(8_192);
        while (true) {
            var result = decoder.decode(in, sink, true);
            if (result.isError()) {
                throw new SafetensorsException(
                        "ST_BAD_UTF8", file + ": header, byte " + (8 + in.position()) + " is not valid UTF-8");
            }
            if (result.isUnderflow()) {
                return;
            }
            sink.clear();
        }
    }

    /** One pass over the tokens. */
    private static final class Parse {
        private final String file;
        private final long dataLength;
        private final Map<String, TensorInfo> tensors = new LinkedHashMap<>();
        private final Map<String, String> metadata = new TreeMap<>();

        Parse(String file, long dataLength) {
            this.file = file;
            this.dataLength = dataLength;
        }

        void header(JsonParser p) throws IOException {
            expect(p, p.nextToken(), JsonToken.START_OBJECT, "header");
            Set<String> seen = new HashSet<>();
            while (p.nextToken() == JsonToken.FIELD_NAME) {
                String name = p.currentName();
                if (!seen.add(name)) {
                    throw fault("ST_DUPLICATE_KEY", name, "appears twice in the header", p);
                }
                if (name.equals("__metadata__")) {
                    metadata(p);
                } else {
                    if (tensors.size() == MAX_TENSORS) {
                        throw fault("ST_TOO_MANY_TENSORS", name, "is one more than the limit of " + MAX_TENSORS, p);
                    }
                    if (name.isEmpty() || name.length() > MAX_NAME) {
                        throw fault("ST_BAD_ENTRY", name, "must have a name of 1 to " + MAX_NAME + " characters", p);
                    }
                    tensors.put(name, tensor(p, name));
                }
            }
            if (p.nextToken() != null) {
                throw fault("ST_BAD_JSON", "header", "has text after its closing brace", p);
            }
        }

        private void metadata(JsonParser p) throws IOException {
            if (p.nextToken() != JsonToken.START_OBJECT) {
                throw fault("ST_BAD_METADATA", "__metadata__", "must be an object of strings", p);
            }
            while (p.nextToken() == JsonToken.FIELD_NAME) {
                String key = p.currentName();
                if (p.nextToken() != JsonToken.VALUE_STRING) {
                    throw fault("ST_BAD_METADATA", "__metadata__", "must be an object of strings", p);
                }
                if (metadata.put(key, p.getText()) != null) {
                    throw fault("ST_DUPLICATE_KEY", "__metadata__", "has a key twice", p);
                }
            }
        }

        private TensorInfo tensor(JsonParser p, String name) throws IOException {
            if (p.nextToken() != JsonToken.START_OBJECT) {
                throw fault("ST_BAD_ENTRY", name, "must be an object with dtype, shape and data_offsets", p);
            }
            @Nullable DType dtype = null;
            @Nullable List<Long> shape = null;
            @Nullable List<Long> offsets = null;
            while (p.nextToken() == JsonToken.FIELD_NAME) {
                String key = p.currentName();
                p.nextToken();
                boolean twice =
                        switch (key) {
                            case "dtype" -> dtype != null;
                            case "shape" -> shape != null;
                            case "data_offsets" -> offsets != null;
                            default ->
                                throw fault(
                                        "ST_BAD_ENTRY", name, "has a key other than dtype, shape and data_offsets", p);
                        };
                if (twice) {
                    throw fault("ST_DUPLICATE_KEY", name, "has " + key + " twice", p);
                }
                switch (key) {
                    case "dtype" -> dtype = dtype(p, name);
                    case "shape" -> shape = numbers(p, name, "ST_BAD_SHAPE", "shape", MAX_AXES);
                    default -> offsets = numbers(p, name, "ST_BAD_OFFSETS", "data_offsets", 2);
                }
            }
            if (dtype == null || shape == null || offsets == null) {
                String missing = dtype == null ? "dtype" : shape == null ? "shape" : "data_offsets";
                throw fault("ST_BAD_ENTRY", name, "has no " + missing, p);
            }
            if (offsets.size() != 2) {
                throw fault("ST_BAD_OFFSETS", name, "must have two data_offsets, has " + offsets.size(), p);
            }
            return checked(new TensorInfo(name, dtype, shape, offsets.get(0), offsets.get(1)), p);
        }

        private TensorInfo checked(TensorInfo t, JsonParser p) throws SafetensorsException {
            String range = "bytes " + t.begin() + " to " + t.end();
            if (t.begin() > t.end()) {
                throw fault("ST_OFFSETS_REVERSED", t.name(), "has reversed offsets: " + range, p);
            }
            if (t.end() > dataLength) {
                throw fault("ST_PAST_END", t.name(), range + " pass the end of the data at " + dataLength, p);
            }
            long size = t.dtype().bytes();
            try {
                for (long axis : t.shape()) {
                    size = Math.multiplyExact(size, axis);
                }
            } catch (ArithmeticException e) { // its message says nothing more
                throw new SafetensorsException(
                        "ST_SHAPE_OVERFLOW", file + ": " + nth(t.name()) + " has a shape beyond 2^63 bytes");
            }
            if (size != t.end() - t.begin()) {
                throw fault(
                        "ST_SIZE_MISMATCH",
                        t.name(),
                        range + " hold " + (t.end() - t.begin()) + " bytes, but " + t.dtype() + " " + t.shape()
                                + " needs " + size,
                        p);
            }
            return t;
        }

        private DType dtype(JsonParser p, String name) throws IOException {
            if (p.currentToken() != JsonToken.VALUE_STRING) {
                throw fault("ST_BAD_ENTRY", name, "must have a dtype that is a string", p);
            }
            String text = p.getText();
            for (DType d : DType.values()) {
                if (d.name().equals(text)) {
                    return d;
                }
            }
            throw fault("ST_UNKNOWN_DTYPE", name, "has an unknown dtype; known are " + List.of(DType.values()), p);
        }

        private List<Long> numbers(JsonParser p, String name, String code, String what, int most) throws IOException {
            if (p.currentToken() != JsonToken.START_ARRAY) {
                throw fault(code, name, "must have a " + what + " that is a list of whole numbers", p);
            }
            List<Long> out = new ArrayList<>(4);
            while (p.nextToken() != JsonToken.END_ARRAY) {
                if (p.currentToken() != JsonToken.VALUE_NUMBER_INT) {
                    throw fault(code, name, "has a " + what + " with something other than whole numbers", p);
                }
                if (p.getNumberType() == JsonParser.NumberType.BIG_INTEGER) {
                    String over = code.equals("ST_BAD_SHAPE") ? "ST_SHAPE_OVERFLOW" : code;
                    throw fault(over, name, "has a " + what + " beyond 2^63", p);
                }
                long value = p.getLongValue();
                if (value < 0) {
                    throw fault(code, name, "has a negative " + what, p);
                }
                if (out.size() == most) {
                    throw fault(code, name, "has a " + what + " of more than " + most + " numbers", p);
                }
                out.add(value);
            }
            return out;
        }

        /** Sorted by bytes; together they must cover the data exactly once. */
        Map<String, TensorInfo> ordered() throws SafetensorsException {
            List<TensorInfo> sorted = new ArrayList<>(tensors.values());
            sorted.sort(Comparator.comparingLong(TensorInfo::begin).thenComparingLong(TensorInfo::end));
            int parallel = ParallelNames.prefix(tensors.keySet()).length();
            Map<String, TensorInfo> out = new LinkedHashMap<>();
            @Nullable TensorInfo last = null;
            long at = 0;
            for (TensorInfo t : sorted) {
                if (t.begin() < at) {
                    throw plain(
                            "ST_OVERLAP",
                            t.name(),
                            "starts at byte " + t.begin() + " inside " + before(last) + ", which ends at " + at);
                }
                if (t.begin() > at) {
                    throw plain(
                            "ST_HOLE",
                            t.name(),
                            "starts at byte " + t.begin() + ", leaving bytes " + at + " to " + t.begin() + " after "
                                    + before(last) + " to nobody");
                }
                boolean empty = t.begin() == t.end();
                if (empty && last != null && last.begin() == last.end() && last.begin() == t.begin()) {
                    throw plain(
                            "ST_SHARED_OFFSET",
                            t.name(),
                            "has no bytes and shares offset " + t.begin() + " with " + before(last));
                }
                at = t.end();
                last = t;
                String name = t.name().substring(parallel);
                out.put(name, new TensorInfo(name, t.dtype(), t.shape(), t.begin(), t.end()));
            }
            if (at != dataLength) {
                throw new SafetensorsException(
                        "ST_TRAILING_BYTES",
                        file + ": the last tensor ends at byte " + at + " of the data, the file at " + dataLength);
            }
            return java.util.Collections.unmodifiableMap(out);
        }

        private void expect(JsonParser p, @Nullable JsonToken actual, JsonToken expected, String what)
                throws SafetensorsException {
            if (actual != expected) {
                throw fault("ST_HEADER_NOT_OBJECT", what, "must be a JSON object", p);
            }
        }

        private SafetensorsException fault(String code, String tensor, String what, JsonParser p) {
            long at = 8 + Math.max(0, p.currentTokenLocation().getByteOffset());
            return new SafetensorsException(
                    code, file + ": " + nth(tensor) + " " + what + " (header, byte " + at + ")");
        }

        private SafetensorsException plain(String code, String tensor, String what) {
            return new SafetensorsException(code, file + ": " + nth(tensor) + " " + what);
        }

        private String before(@Nullable TensorInfo last) {
            return last == null ? "the start" : nth(last.name());
        }

        /** A place in the header; names are the file's content, which no message repeats. */
        private String nth(String tensor) {
            if (tensor.equals("__metadata__") || tensor.equals("header")) {
                return tensor;
            }
            int at = List.copyOf(tensors.keySet()).indexOf(tensor);
            return "tensor " + (1 + (at < 0 ? tensors.size() : at));
        }
    }
}
