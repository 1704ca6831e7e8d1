package dev.runyard.service.result;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;

/** What kind of picture a file is, by its bytes; what it is called does not count. */
final class PictureKind {
    private static final byte[] PNG = {(byte) 0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n'};

    private PictureKind() {}

    /** The media type, or nothing for what is neither PNG nor SVG. */
    static Optional<String> of(byte[] bytes) {
        if (bytes.length > 24 && Arrays.equals(PNG, Arrays.copyOf(bytes, PNG.length))) {
            return Optional.of("image/png");
        }
        return svg(bytes) ? Optional.of("image/svg+xml") : Optional.empty();
    }

    /** Whether it begins as a JPEG does: its first marker and the next one. */
    static boolean jpeg(byte[] bytes) {
        return bytes.length > 3 && bytes[0] == (byte) 0xff && bytes[1] == (byte) 0xd8 && bytes[2] == (byte) 0xff;
    }

    private static boolean svg(byte[] bytes) {
        try {
            String text = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString()
                    .strip();
            return text.replaceFirst("^<\\?xml[^>]*\\?>\\s*", "").startsWith("<svg ") && text.endsWith("</svg>");
        } catch (CharacterCodingException e) {
            return false;
        }
    }
}
