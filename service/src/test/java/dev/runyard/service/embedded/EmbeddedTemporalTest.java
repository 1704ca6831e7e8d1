package dev.runyard.service.embedded;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.Socket;
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

    private static boolean reachable(InetAddress address, int port, int millis) {
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(address, port), millis);
            return true;
        } catch (IOException e) {
            return false;
        }
    }
}
