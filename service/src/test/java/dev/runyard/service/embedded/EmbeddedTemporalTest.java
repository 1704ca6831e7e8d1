package dev.runyard.service.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.temporal.api.workflowservice.v1.ListOpenWorkflowExecutionsRequest;
import io.temporal.serviceclient.WorkflowServiceStubs;
import io.temporal.serviceclient.WorkflowServiceStubsOptions;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.Socket;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

final class EmbeddedTemporalTest {
    @Test
    void onlyThisMachineCanReachIt() throws Exception {
        try (EmbeddedTemporal temporal = EmbeddedTemporal.start()) {
            int port = Integer.parseInt(
                    temporal.target().substring(temporal.target().indexOf(':') + 1));
            assertThat(reachable(InetAddress.getLoopbackAddress(), port, 30_000))
                    .isTrue();
            for (NetworkInterface card : NetworkInterface.networkInterfaces().toList()) {
                for (InetAddress address : card.inetAddresses().toList()) {
                    if (!address.isLoopbackAddress()) {
                        assertThat(reachable(address, port, 1_000))
                                .as(address.toString())
                                .isFalse();
                    }
                }
            }
        }
    }

    @Test
    void itsEndIsNoticed() throws Exception {
        CountDownLatch lost = new CountDownLatch(1);
        try (EmbeddedTemporal temporal = EmbeddedTemporal.start(lost::countDown)) {
            assertThat(lost.await(5, TimeUnit.SECONDS)).isFalse();
            temporal.server().shutdownNow();
            assertThat(lost.await(15, TimeUnit.SECONDS)).isTrue();
        }
    }

    @Test
    void aCloseIsNoLoss() throws Exception {
        CountDownLatch lost = new CountDownLatch(1);
        EmbeddedTemporal.start(lost::countDown).close();
        assertThat(lost.await(5, TimeUnit.SECONDS)).isFalse();
    }

    @Test
    void onlyWhoHasTheKeyIsHeard() {
        try (EmbeddedTemporal temporal = EmbeddedTemporal.start();
                EmbeddedTemporal other = EmbeddedTemporal.start()) {
            assertThat(temporal.key()).hasSize(43).isNotEqualTo(other.key());
            for (String authorization : new String[] {
                null,
                "",
                "Bearer ",
                "Bearer x",
                temporal.key(),
                "Bearer " + other.key(),
                "Bearer " + temporal.key() + "x"
            }) {
                assertThatThrownBy(() -> ask(temporal, authorization))
                        .as("authorization: " + authorization)
                        .isInstanceOfSatisfying(
                                StatusRuntimeException.class,
                                e -> assertThat(e.getStatus().getCode()).isEqualTo(Status.Code.UNAUTHENTICATED));
            }
            ask(temporal, "Bearer " + temporal.key());
        }
    }

    /** What the attack of the published client does first: read what runs, to answer in a worker's place. */
    private static void ask(EmbeddedTemporal temporal, @org.jspecify.annotations.Nullable String authorization) {
        WorkflowServiceStubsOptions.Builder options = WorkflowServiceStubsOptions.newBuilder()
                .setTarget(temporal.target())
                .setRpcTimeout(java.time.Duration.ofSeconds(20));
        if (authorization != null) {
            options.addGrpcMetadataProvider(() -> {
                Metadata headers = new Metadata();
                headers.put(Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER), authorization);
                return headers;
            });
        }
        WorkflowServiceStubs stubs = WorkflowServiceStubs.newServiceStubs(options.build());
        try {
            stubs.blockingStub()
                    .listOpenWorkflowExecutions(ListOpenWorkflowExecutionsRequest.newBuilder()
                            .setNamespace("default")
                            .build());
        } finally {
            stubs.shutdownNow();
        }
    }

    private static boolean reachable(InetAddress address, int port, int millis) {
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(address, port), millis);
            return true;
        } catch (IOException e) {
            return false;
        }
    }
}
