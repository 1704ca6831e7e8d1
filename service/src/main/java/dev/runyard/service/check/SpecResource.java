package dev.runyard.service.check;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.runyard.service.auth.Role;
import dev.runyard.service.http.Problem;
import dev.runyard.service.result.Tasks;
import dev.runyard.service.run.Waiting;
import dev.runyard.service.run.aggregate.RunEstimate;
import dev.runyard.spec.json.Json;
import dev.runyard.spec.metric.MetricDefinition;
import dev.runyard.spec.run.Needs;
import dev.runyard.spec.run.RelativePaths;
import dev.runyard.spec.run.RunRequest;
import dev.runyard.spec.run.RunSpec;
import dev.runyard.spec.run.SpecDocument;
import dev.runyard.spec.sweep.Points;
import dev.runyard.spec.sweep.SpecFile;
import jakarta.annotation.security.RolesAllowed;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.RequestBody;
import org.jspecify.annotations.Nullable;

/** Checks of specs before anything is queued, and the schemas that forms are drawn from. */
@Path("/api/v1")
@Produces(MediaType.APPLICATION_JSON)
@RolesAllowed(Role.PERSON)
public class SpecResource {
    /**
     * A spec that would be accepted.
     *
     * @param kind run or sweep
     * @param runs how many it would make
     * @param spec as it was written, in its normal form; a sweep with the defaults of what stands around its base
     * @param estimate what it will cost; left out where no run of its kind has finished
     * @param note what whoever asks should know, for example that there are fewer points than wanted
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Checked(
            String kind, int runs, Object spec, @Nullable String note, RunEstimate.@Nullable View estimate) {}

    private final RunEstimate estimate;
    private final Waiting waiting;
    private final Tasks tasks;

    public SpecResource(RunEstimate estimate, Waiting waiting, Tasks tasks) {
        this.waiting = waiting;
        this.estimate = estimate;
        this.tasks = tasks;
    }

    /** Takes {@code {"yaml": "…"}}, a sweep spec, a run with its name, or a bare run spec. */
    @POST
    @Path("/specs/check")
    @Consumes(MediaType.APPLICATION_JSON)
    @RequestBody(content = @Content(schema = @Schema(implementation = Object.class)), required = true)
    public Checked check(byte[] body) {
        JsonNode tree = Json.tree(new String(body, StandardCharsets.UTF_8));
        if (!(tree instanceof ObjectNode object)) {
            throw Problem.invalid("WRONG_TYPE", "", tree, "must be an object", null);
        }
        boolean text = object.size() == 1 && object.path("yaml").isTextual();
        SpecFile file = text ? SpecFile.read(object.path("yaml").textValue()) : SpecFile.of(object);
        if (file instanceof SpecFile.Sweep sweep) {
            Set<String> needs = new TreeSet<>();
            Points.check(sweep.spec(), run -> {
                RelativePaths.refuse(run);
                needs.addAll(Needs.of(run));
            });
            waiting.possible(sweep.spec().placement(), needs);
            return new Checked(
                    "sweep",
                    sweep.runs(),
                    sweep.spec(),
                    Points.note(sweep.spec()).orElse(null),
                    estimate.of(
                                    Json.mapper()
                                            .<JsonNode>valueToTree(sweep.spec())
                                            .path("base"),
                                    sweep.runs())
                            .orElse(null));
        }
        RunRequest request = file instanceof SpecFile.Looks looks
                ? Json.read(tasks.whole(looks.request()), RunRequest.class)
                : ((SpecFile.Run) file).request();
        SpecDocument document = request.spec();
        waiting.possible(request.placement(), Needs.of(document.spec()));
        RelativePaths.refuse(document.spec());
        return new Checked(
                "run", 1, document, null, estimate.of(document.document(), 1).orElse(null));
    }

    /** What metrics are: the first definition whose pattern a name meets counts. */
    @GET
    @Path("/schemas/metrics")
    public List<MetricDefinition> metrics() {
        return MetricDefinition.ALL;
    }

    @GET
    @Path("/schemas/run")
    public JsonNode runSchema() {
        return schema("run");
    }

    @GET
    @Path("/schemas/sweep")
    public JsonNode sweepSchema() {
        return schema("sweep");
    }

    private static JsonNode schema(String name) {
        try (InputStream schema = RunSpec.class.getResourceAsStream("/schema/" + name + ".v1.json")) {
            if (schema == null) {
                throw new IllegalStateException("the schema of " + name + " is not in the jar");
            }
            return Json.tree(new String(schema.readAllBytes(), StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }
}
