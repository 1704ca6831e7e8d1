package dev.runyard.service.http;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.runyard.spec.json.Json;
import io.quarkus.jackson.ObjectMapperCustomizer;
import jakarta.inject.Singleton;

/** Request bodies mean what they say, as everywhere else in the product. */
@Singleton
class StrictJson implements ObjectMapperCustomizer {
    @Override
    public void customize(ObjectMapper mapper) {
        Json.configure(mapper);
    }
}
