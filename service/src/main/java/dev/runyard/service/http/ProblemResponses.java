package dev.runyard.service.http;

import io.quarkus.smallrye.openapi.OpenApiFilter;
import java.util.List;
import java.util.Map;
import org.eclipse.microprofile.openapi.OASFactory;
import org.eclipse.microprofile.openapi.OASFilter;
import org.eclipse.microprofile.openapi.models.OpenAPI;
import org.eclipse.microprofile.openapi.models.Operation;
import org.eclipse.microprofile.openapi.models.PathItem;
import org.eclipse.microprofile.openapi.models.media.Content;
import org.eclipse.microprofile.openapi.models.media.Schema;

/** Every route can refuse in the same ways, so the document says it for all of them at once. */
@OpenApiFilter(OpenApiFilter.RunStage.BUILD)
public final class ProblemResponses implements OASFilter {
    private static final Map<String, String> ALWAYS = Map.of(
            "400", "The request cannot be read: BAD_JSON, BAD_PATH",
            "403", "A page of another site asked: BAD_ORIGIN",
            "404", "NOT_FOUND",
            "405", "METHOD_NOT_ALLOWED",
            "406", "NOT_ACCEPTABLE",
            "421", "The lab is not served under that Host: BAD_HOST",
            "422", "A value breaks a rule; field, value, rule and remedy say which",
            "500", "Unexpected; the log has it under the id in detail",
            "503", "The database does not answer: UNAVAILABLE, see Retry-After");

    private static final Map<String, String> CHANGING = Map.of(
            "401", "The bearer token is missing or not for this: BAD_TOKEN",
            "409", "The state does not allow it: ILLEGAL_TRANSITION, STALE_ATTEMPT, IDEMPOTENCY_CONFLICT",
            "411", "LENGTH_REQUIRED",
            "413", "TOO_LARGE, see limit",
            "415", "UNSUPPORTED_MEDIA_TYPE");

    @Override
    public void filterOpenAPI(OpenAPI document) {
        if (document.getComponents() == null) {
            document.setComponents(OASFactory.createComponents());
        }
        document.getComponents().addSchema("Problem", schema());
        if (document.getPaths() == null || document.getPaths().getPathItems() == null) {
            return;
        }
        for (PathItem path : document.getPaths().getPathItems().values()) {
            path.getOperations().forEach((method, operation) -> {
                ALWAYS.forEach((status, text) -> add(operation, status, text));
                if (method != PathItem.HttpMethod.GET && method != PathItem.HttpMethod.HEAD) {
                    CHANGING.forEach((status, text) -> add(operation, status, text));
                }
            });
        }
    }

    private static void add(Operation operation, String status, String text) {
        if (operation.getResponses() == null) {
            operation.setResponses(OASFactory.createAPIResponses());
        }
        var known = operation.getResponses().getAPIResponse(status);
        String description = known == null || known.getDescription() == null ? text : known.getDescription();
        Content content = OASFactory.createContent()
                .addMediaType(
                        Problem.Body.MEDIA_TYPE,
                        OASFactory.createMediaType()
                                .schema(OASFactory.createSchema().ref("#/components/schemas/Problem")));
        operation
                .getResponses()
                .addAPIResponse(
                        status,
                        OASFactory.createAPIResponse().description(description).content(content));
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
