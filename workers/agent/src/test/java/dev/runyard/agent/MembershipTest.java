package dev.runyard.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.runyard.agent.client.ServiceClient;
import dev.runyard.agent.device.Machine;
import dev.runyard.vision.device.LocalDevice;
import java.net.URI;
import java.time.Duration;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Who is let in, and what a process that is not does. */
@Timeout(120)
class MembershipTest {
    private LedgerServer ledger;

    static ServiceClient.Candidate candidate() {
        return new ServiceClient.Candidate(
                new Machine("here", "0123456789abcdef"),
                UUID.randomUUID(),
                "secret",
                "test",
                new LocalDevice("cpu", "cpu", "a CPU", 1L << 30, 1, -1, null),
                Map.of("room", "3"),
                Map.of());
    }

    @BeforeEach
    void lab() throws Exception {
        ledger = new LedgerServer();
        ledger.temporal("127.0.0.1:1");
    }

    @AfterEach
    void close() {
        ledger.close();
    }

    private Membership.Over over(Duration patience) {
        Membership membership =
                new Membership(new ServiceClient(URI.create(ledger.url())), LedgerServer.SECRET, candidate(), patience);
        return catchThrowableOfType(Membership.Over.class, () -> membership.keep(me -> {}));
    }

    @Test
    void aWorkerOfAnotherVersionLeavesWithWhatToInstall() {
        ledger.refuse(1, 426, "PROTOCOL_TOO_OLD");
        Membership.Over over = over(Duration.ZERO);
        assertThat(over.exit()).isEqualTo(2);
        assertThat(over).hasMessageContaining("PROTOCOL_TOO_OLD");
    }

    @Test
    void aServiceOfRelease010IsTooOld() {
        ledger.speak(null);
        Membership.Over over = over(Duration.ZERO);
        assertThat(over.exit()).isEqualTo(2);
        assertThat(over).hasMessageContaining("speaks version 1").hasMessageContaining("install the same release");
    }

    @Test
    void aDeviceThatALiveWorkerHasIsLeftToIt() {
        ledger.refuse(Integer.MAX_VALUE, 409, ServiceClient.TAKEN);
        assertThat(over(Duration.ofSeconds(2)).exit()).isEqualTo(3);
    }

    @Test
    void aWorkerWaitsForOneThatIsGone() throws Exception {
        ledger.refuse(2, 409, ServiceClient.TAKEN);
        CountDownLatch member = new CountDownLatch(1);
        Membership membership =
                new Membership(new ServiceClient(URI.create(ledger.url())), LedgerServer.SECRET, candidate());
        Thread keeping = new Thread(() -> {
            try {
                membership.keep(me -> member.countDown());
            } catch (InterruptedException | Membership.Over e) {
                Thread.currentThread().interrupt();
            }
        });
        keeping.start();
        member.await();
        keeping.interrupt();
        keeping.join();
    }
}
