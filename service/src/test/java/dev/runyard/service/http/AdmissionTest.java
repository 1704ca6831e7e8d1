package dev.runyard.service.http;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class AdmissionTest {
    @ParameterizedTest
    @CsvSource(
            nullValues = "none",
            value = {
                "GET, /api/v1/runs, PEOPLE",
                "POST, /api/v1/runs, PEOPLE",
                "GET, /api/v1/runs/x/attempts, PEOPLE",
                "POST, /api/v1/runs/x/attempts/1/heartbeat, WORKERS",
                "POST, /api/v1/runs/x/attempts/1/end, WORKERS",
                "POST, /api/v1/runs/x/metrics, WORKERS",
                "GET, /api/v1/runs/x/metrics, PEOPLE",
                "POST, /api/v1/workers, WORKERS",
                "POST, /api/v1/workers/w/heartbeat, WORKERS",
                "HEAD, /api/v1/artifacts/aa, WORKERS",
                "PUT, /api/v1/artifacts/aa, TRANSFERS",
                "GET, /api/v1/runs/x/metrics.csv, TRANSFERS",
                "GET, /api/v1/runs.csv, TRANSFERS",
                "POST, /api/v1/sign-in, SIGN_IN",
                "GET, /api/v1/sign-in/sso, SIGN_IN",
                "GET, /api/v1/events, none",
                "GET, /q/health/live, none",
                "GET, /, none",
            })
    void eachRequestHasItsBounds(String method, String path, Admission.Kind expected) {
        assertThat(Admission.kind(method, path)).isEqualTo(expected);
    }

    /** Threads: Quarkus has at least 200. Connections: the pool has 34, four of which are the loops'. */
    @org.junit.jupiter.api.Test
    void allThatMayRunAtOnceHasItsThreadAndItsConnection() {
        int people = Admission.Kind.PEOPLE.running;
        int workers = Admission.Kind.WORKERS.running;
        int passwords = Admission.Kind.SIGN_IN.running;
        assertThat(people + passwords + workers).isLessThanOrEqualTo(34 - 4);
        assertThat(people + passwords + workers + Admission.Kind.TRANSFERS.running)
                .isLessThan(200);
    }
}
