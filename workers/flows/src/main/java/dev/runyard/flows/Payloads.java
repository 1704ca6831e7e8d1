package dev.runyard.flows;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.temporal.common.converter.DataConverter;
import io.temporal.common.converter.DefaultDataConverter;
import io.temporal.common.converter.JacksonJsonPayloadConverter;

/**
 * How our records travel through Temporal; the service and every worker use this one converter.
 *
 * <p>Lenient on purpose where {@code Json} is strict: during an upgrade an older worker reads what a newer service wrote, so an
 * unknown component is skipped. Nothing that a person typed comes this way.
 */
public final class Payloads {
    private Payloads() {}

    public static DataConverter converter() {
        ObjectMapper mapper = JacksonJsonPayloadConverter.newDefaultObjectMapper();
        mapper.configure(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES, false);
        return DefaultDataConverter.newDefaultInstance()
                .withPayloadConverterOverrides(new JacksonJsonPayloadConverter(mapper));
    }
}
