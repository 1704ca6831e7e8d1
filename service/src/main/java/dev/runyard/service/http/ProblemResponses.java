package dev.runyard.service.http;

import io.quarkus.smallrye.openapi.OpenApiFilter;
import jakarta.ws.rs.core.MediaType;
import java.util.List;
import org.eclipse.microprofile.openapi.OASFactory;
import org.eclipse.microprofile.openapi.OASFilter;
import org.eclipse.microprofile.openapi.models.Components;
import org.eclipse.microprofile.openapi.models.OpenAPI;
import org.eclipse.microprofile.openapi.models.Operation;
import org.eclipse.microprofile.openapi.models.PathItem;
import org.eclipse.microprofile.openapi.models.media.Schema;
import org.eclipse.microprofile.openapi.models.responses.APIResponse;

/** Every route can refuse in the same ways, so the document says each of them once, and a route names those that it has. */
@OpenApiFilter(OpenApiFilter.RunStage.BUILD)
public final class ProblemResponses implements OASFilter {
    /** @param changing whether only a route that changes something refuses so */
    private record Refusal(String status, boolean changing, String text) {
        String name() {
            return "Problem" + status;
        }

        /** On MLflow's routes. */
        String mlflow() {
            return "Mlflow" + status;
        }
    }

    private static final List<Refusal> REFUSALS = List.of(
            new Refusal("400", false, "The request cannot be read: BAD_JSON, BAD_PATH"),
            new Refusal("401", false, "The token is missing or does not count: NOT_SIGNED_IN, BAD_TOKEN"),
            new Refusal(
                    "403",
                    false,
                    "Not for this token: FORBIDDEN, NOT_YOURS; or a page of another site asked: BAD_ORIGIN"),
            new Refusal("404", false, "NOT_FOUND"),
            new Refusal("405", false, "METHOD_NOT_ALLOWED"),
            new Refusal("406", false, "NOT_ACCEPTABLE"),
            new Refusal(
                    "409",
                    true,
                    "The state does not allow it: ILLEGAL_TRANSITION, STALE_ATTEMPT, IDEMPOTENCY_CONFLICT"),
            new Refusal("411", true, "LENGTH_REQUIRED"),
            new Refusal("413", true, "TOO_LARGE, see limit"),
            new Refusal("415", true, "UNSUPPORTED_MEDIA_TYPE"),
            new Refusal("421", false, "The lab is not served under that Host: BAD_HOST"),
            new Refusal("422", false, "A value breaks a rule; field, value, rule and remedy say which"),
            new Refusal("500", false, "Unexpected; the log has it under the id in detail"),
            new Refusal("503", false, "The database does not answer: UNAVAILABLE, see Retry-After"));

    @Override
    public void filterOpenAPI(OpenAPI document) {
        if (document.getComponents() == null) {
            document.setComponents(OASFactory.createComponents());
        }
        Components components = document.getComponents();
        components.addSchema("Problem", schema());
        components.addSchema("MlflowRefusal", mlflow());
        REFUSALS.forEach(refusal -> {
            components.addResponse(refusal.name(), response(refusal, Problem.Body.MEDIA_TYPE, "Problem"));
            components.addResponse(refusal.mlflow(), response(refusal, MediaType.APPLICATION_JSON, "MlflowRefusal"));
        });
        if (document.getPaths() == null || document.getPaths().getPathItems() == null) {
            return;
        }
        document.getPaths().getPathItems().forEach((path, item) -> {
            boolean mlflow = MlflowRefusal.at(path);
            item.getOperations().forEach((method, operation) -> {
                boolean changing = method != PathItem.HttpMethod.GET && method != PathItem.HttpMethod.HEAD;
                REFUSALS.stream()
                        .filter(refusal -> changing || !refusal.changing())
                        .forEach(refusal ->
                                add(operation, refusal.status(), mlflow ? refusal.mlflow() : refusal.name()));
            });
        });
    }

    private static void add(Operation operation, String status, String response) {
        if (operation.getResponses() == null) {
            operation.setResponses(OASFactory.createAPIResponses());
        }
        operation
                .getResponses()
                .addAPIResponse(status, OASFactory.createAPIResponse().ref("#/components/responses/" + response));
    }

    private static APIResponse response(Refusal refusal, String mediaType, String schema) {
        return OASFactory.createAPIResponse()
                .description(refusal.text())
                .content(OASFactory.createContent()
                        .addMediaType(
                                mediaType,
                                OASFactory.createMediaType()
                                        .schema(OASFactory.createSchema().ref("#/components/schemas/" + schema))));
    }

    private static Schema mlflow() {
        Schema text = type(Schema.SchemaType.STRING);
        return OASFactory.createSchema()
                .addType(Schema.SchemaType.OBJECT)
                .description("What MLflow's clients read")
                .addProperty("error_code", text)
                .addProperty("message", text)
                .addProperty("code", text)
                .addProperty("field", text)
                .addProperty("position", type(Schema.SchemaType.INTEGER))
                .required(List.of("error_code", "message"));
    }

    private static Schema schema() {
        Schema text = type(Schema.SchemaType.STRING);
        return OASFactory.createSchema()
                .addType(Schema.SchemaType.OBJECT)
                .description("RFC 9457")
                .addProperty("type", text)
                .addProperty("title", text)
                .addProperty("status", type(Schema.SchemaType.INTEGER))
                .addProperty("detail", text)
                .addProperty("instance", text)
                .addProperty("code", text)
                .addProperty("field", text)
                .addProperty("value", text)
                .addProperty("rule", text)
                .addProperty("remedy", text)
                .addProperty("limit", type(Schema.SchemaType.INTEGER))
                .required(List.of("type", "title", "status", "detail", "code"));
    }

    private static Schema type(Schema.SchemaType type) {
        return OASFactory.createSchema().addType(type);
    }
}
