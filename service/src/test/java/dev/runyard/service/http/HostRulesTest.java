package dev.runyard.service.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.runyard.service.boot.LabConfig;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class HostRulesTest {
    private final HostRules rules = new HostRules(LabConfig.read(
            name -> Optional.ofNullable(Map.of("runyard.hosts", "lab.example").get(name))));

    @ParameterizedTest
    @ValueSource(strings = {"localhost", "LOCALHOST:8080", "127.0.0.1:1", "[::1]", "[::1]:8080", "lab.example:80"})
    void ours(String host) {
        assertThat(rules.allows(host)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "evil.com",
                "localhost.evil.com",
                "127.0.0.1.evil.com",
                "localhost:80:80",
                "localhost:x",
                "a@localhost",
                "127.0.0.2",
                "0.0.0.0",
                "[::1",
                "localhost."
            })
    void notOurs(String host) {
        assertThat(rules.allows(host)).isFalse();
    }

    @ParameterizedTest
    @CsvSource({
        "http://localhost:8080, localhost:8080",
        "http://lab.example.org, lab.example.org",
        "https://lab.example.org, lab.example.org" // a proxy that speaks TLS
    })
    void sameOrigin(String origin, String authority) {
        assertThat(rules.sameOrigin(origin, authority, false)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "null",
                "https://localhost:8080",
                "http://localhost:8081",
                "http://evil.com",
                "http://localhost:8080.evil.com",
                ""
            })
    void otherOrigin(String origin) {
        assertThat(rules.sameOrigin(origin, "localhost:8080", false)).isFalse();
    }

    /** A proxy on a port of its own: what it passes on has no port (Quarkus drops it), and another port is another page. */
    @Test
    void behindAProxyOnAnyPort() {
        Map<String, String> given = Map.of("runyard.behind.proxy", "https://Lab.example.org:8443");
        HostRules behind = new HostRules(LabConfig.read(name -> Optional.ofNullable(given.get(name))));
        assertThat(behind.sameOrigin("https://lab.example.org:8443", "lab.example.org", true))
                .isTrue();
        assertThat(behind.sameOrigin("https://lab.example.org:9443", "lab.example.org", true))
                .isFalse();
        assertThat(behind.sameOrigin("http://lab.example.org:8443", "lab.example.org", true))
                .isFalse();
    }

    /** With a certificate, or behind a proxy that says so, a page that came in the clear is another's. */
    @Test
    void encrypted() {
        assertThat(rules.sameOrigin("https://localhost:8080", "localhost:8080", true))
                .isTrue();
        assertThat(rules.sameOrigin("http://localhost:8080", "localhost:8080", true))
                .isFalse();
        assertThat(rules.sameOrigin("http://lab.example", "lab.example", true)).isFalse();
    }
}
