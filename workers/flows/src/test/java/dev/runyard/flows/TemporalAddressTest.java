package dev.runyard.flows;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.temporal.serviceclient.WorkflowServiceStubsOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TemporalAddressTest {
    @TempDir
    Path dir;

    private static TemporalAddress of(Map<String, String> environment) {
        return TemporalAddress.of(environment, "service:7233", "default", "told");
    }

    @Test
    void theEnvironmentSaysHowAMachineGetsIn() {
        assertThat(of(Map.of()))
                .isEqualTo(new TemporalAddress("service:7233", "default", "told", false, null, null, null, null));
        TemporalAddress own = of(Map.of(
                "TEMPORAL_ADDRESS",
                "cloud:443",
                "TEMPORAL_NAMESPACE",
                "lab",
                "TEMPORAL_API_KEY",
                "hush",
                "TEMPORAL_TLS",
                "true"));
        assertThat(own.toString()).isEqualTo("cloud:443/lab (TLS)").doesNotContain("hush");
        WorkflowServiceStubsOptions options = own.options().build();
        assertThat(options.getTarget()).isEqualTo("cloud:443");
        assertThat(options.getSslContext()).isNotNull();
        assertThat(options.getGrpcMetadataProviders()).hasSize(1);
        assertThat(of(Map.of()).options().build().getSslContext()).isNull();
    }

    @Test
    void whatCannotBeUsedIsNamed() throws IOException {
        Path broken = Files.writeString(dir.resolve("x.pem"), "nothing");
        assertThatThrownBy(() -> of(Map.of("TEMPORAL_TLS_CLIENT_CERT_PATH", broken.toString())))
                .hasMessageContaining("TEMPORAL_TLS_CLIENT_KEY_PATH");
        assertThatThrownBy(() -> of(Map.of("TEMPORAL_TLS_SERVER_CA_CERT_PATH", "/nowhere.pem")))
                .hasMessageContaining("TEMPORAL_TLS_SERVER_CA_CERT_PATH: /nowhere.pem cannot be read");
        assertThatThrownBy(() -> of(Map.of(
                                "TEMPORAL_TLS_CLIENT_CERT_PATH", broken.toString(),
                                "TEMPORAL_TLS_CLIENT_KEY_PATH", broken.toString()))
                        .options())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("PEM");
    }
}
