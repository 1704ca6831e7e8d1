package dev.runyard.service.report;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.runyard.service.http.Problem;
import dev.runyard.spec.Defaults;
import dev.runyard.spec.table.ReportSpec;
import dev.runyard.spec.table.ReportTable;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/** Reports as they are asked for and shown. */
public final class ReportViews {
    private ReportViews() {}

    /**
     * @param text YAML or JSON, at most 64 KiB
     * @param version that it changes; another one by now is a conflict; left out: whichever is newest
     */
    @Schema(name = "ReportWritten")
    public record Written(String text, @Nullable Integer version) {
        public Written {
            if (Defaults.required("text", text).getBytes(StandardCharsets.UTF_8).length > ReportSpec.BYTES) {
                throw Problem.tooLarge(
                        "The definition has more than " + ReportSpec.BYTES + " bytes.", ReportSpec.BYTES);
            }
        }
    }

    /** @param frozen tables of it that were kept */
    @Schema(name = "ReportListed")
    public record Listed(
            UUID id, String title, int version, long frozen, String createdBy, Instant createdAt, Instant changedAt) {}

    /** One version. */
    @Schema(name = "ReportVersionShown")
    public record Version(int version, String hash, String who, Instant when) {}

    /** @param content hash of its figures and run ids */
    @Schema(name = "ReportFrozenListed")
    public record Frozen(String content, int version, String who, Instant when) {}

    /**
     * @param text of the version shown
     * @param versions newest first
     * @param frozen newest first
     */
    @Schema(name = "ReportShown")
    public record Shown(
            UUID id,
            String title,
            int version,
            String text,
            String createdBy,
            Instant createdAt,
            Instant changedAt,
            List<Version> versions,
            List<Frozen> frozen) {}

    /** @param gone runs behind it that were deleted since */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    @Schema(name = "ReportFrozenShown")
    public record FrozenShown(Frozen frozen, ReportTable table, List<UUID> gone) {}
}
