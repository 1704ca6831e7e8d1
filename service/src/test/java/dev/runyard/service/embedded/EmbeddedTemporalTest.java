package dev.runyard.service.embedded;

import static org.assertj.core.api.Assertions.assertThat;

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

    private static boolean reachable(InetAddress address, int port, int millis) {
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(address, port), millis);
            return true;
        } catch (IOException e) {
            return false;
        }
    }
}
