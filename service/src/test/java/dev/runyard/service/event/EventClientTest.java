package dev.runyard.service.event;

import static org.assertj.core.api.Assertions.assertThat;

import dev.runyard.service.auth.Caller;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Flow;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

final class EventClientTest {
    private final List<EventClient> gone = new ArrayList<>();
    private final EventClient client = new EventClient(
            new Hearing(new Caller.Person("me", null, true, null, false, Caller.Way.HOME, null), null), gone::add);
    private final Reader reader = new Reader();

    @Test
    void whatIsReplayedComesBeforeWhatHappenedMeanwhile() {
        client.subscribe(reader);
        reader.subscription.request(10);
        client.offer(event(3));
        assertThat(reader.told).isEmpty();
        client.replay(List.of(event(1), event(2)));
        assertThat(reader.told).containsExactly(event(1), event(2), event(3));
    }

    @Test
    void aReaderThatIsTooSlowIsToldToReadAnewAndLeft() {
        client.subscribe(reader);
        client.replay(List.of());
        for (int i = 0; i < 10_000; i++) {
            client.offer(event(i));
            assertThat(client.waiting()).isLessThanOrEqualTo(EventClient.WAITING);
        }
        reader.subscription.request(10);
        assertThat(reader.told).containsExactly(LiveEvent.RESYNC);
        assertThat(reader.complete).isTrue();
        assertThat(gone).containsExactly(client);
    }

    @Test
    void aReaderThatTakesNothingAtAllIsLeftInTheEnd() {
        client.subscribe(reader);
        client.replay(List.of());
        LongStream.range(0, 300).forEach(i -> client.offer(event(i)));
        client.expire(System.nanoTime());
        assertThat(reader.complete).isFalse();
        client.expire(System.nanoTime() + 11_000_000_000L);
        assertThat(reader.complete).isTrue();
    }

    @Test
    void aLongReplayIsNotTakenForSlowness() {
        client.subscribe(reader);
        client.replay(
                LongStream.range(0, 1_000).mapToObj(EventClientTest::event).toList());
        client.offer(event(1_000));
        reader.subscription.request(2_000);
        assertThat(reader.told).hasSize(1_001);
        assertThat(reader.complete).isFalse();
    }

    private static LiveEvent event(long id) {
        return new LiveEvent("run", id, "{}", null);
    }

    private static final class Reader implements Flow.Subscriber<LiveEvent> {
        private final List<LiveEvent> told = new ArrayList<>();
        private Flow.Subscription subscription;
        private boolean complete;

        @Override
        public void onSubscribe(Flow.Subscription given) {
            subscription = given;
        }

        @Override
        public void onNext(LiveEvent event) {
            told.add(event);
        }

        @Override
        public void onError(Throwable fault) {
            throw new AssertionError(fault);
        }

        @Override
        public void onComplete() {
            complete = true;
        }
    }
}
