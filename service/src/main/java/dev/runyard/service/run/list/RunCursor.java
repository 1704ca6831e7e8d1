package dev.runyard.service.run.list;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.runyard.service.http.Problem;
import dev.runyard.spec.json.Json;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Where a list goes on: behind the row with this sort value and id. Every part is checked when it comes back, and all of it is
 * bound, so a forged one finds other rows of the same list and nothing else.
 *
 * @param query what was asked; a cursor of another query is refused
 * @param value the sort value of the last row; null among those that have none, which are ordered by age
 * @param createdAt of the last row, where {@code value} is null
 * @param total rows of the whole list, counted for its first page
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
record RunCursor(
        int query, @Nullable String value, @Nullable String createdAt, UUID id, long total) {
    String text() {
        return Base64.getUrlEncoder()
                .withoutPadding()
                .encodeToString(Json.canonical(this).getBytes(StandardCharsets.UTF_8));
    }

    /** @throws Problem 422 BAD_CURSOR */
    static RunCursor parse(String text, int query) {
        try {
            RunCursor cursor = Json.read(Base64.getUrlDecoder().decode(text), RunCursor.class);
            boolean whole = (cursor.value == null) != (cursor.createdAt == null)
                    && (cursor.createdAt == null || RunQuery.time(cursor.createdAt) != null)
                    && (cursor.value == null || cursor.value.indexOf('\0') < 0)
                    && cursor.id != null
                    && cursor.total >= 0;
            if (whole && cursor.query == query) {
                return cursor;
            }
        } catch (RuntimeException e) {
            // Falls through: whatever is wrong with it, the remedy is the same.
        }
        throw Problem.invalid(
                "BAD_CURSOR", "cursor", text, "does not belong to this list", "ask for the first page, without cursor");
    }
}
