package dev.runyard.cli.remote;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.TextNode;
import java.util.TimeZone;
import org.junit.jupiter.api.Test;

final class ShownTest {
    @Test
    void aTimeIsThatOfTheReaderAndSaysSo() {
        TimeZone before = TimeZone.getDefault();
        try {
            TimeZone.setDefault(TimeZone.getTimeZone("Asia/Tokyo"));
            assertThat(Shown.time(TextNode.valueOf("2026-11-22T15:04:05.123Z")))
                    .isEqualTo("2026-11-23 00:04:05 +09:00");
            TimeZone.setDefault(TimeZone.getTimeZone("UTC"));
            assertThat(Shown.time(TextNode.valueOf("2026-11-22T15:04:05Z"))).isEqualTo("2026-11-22 15:04:05 +00:00");
            assertThat(Shown.time(TextNode.valueOf("soon"))).isEqualTo("soon");
        } finally {
            TimeZone.setDefault(before);
        }
    }
}
