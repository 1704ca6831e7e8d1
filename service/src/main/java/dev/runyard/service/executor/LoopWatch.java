package dev.runyard.service.executor;

import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** When the loops of the service (scheduler, reconciler) last went round, so that the page can say when one does not. */
@ApplicationScoped
public class LoopWatch {
    private final Map<String, Long> beats = new ConcurrentHashMap<>();

    public void beat(String loop) {
        beats.put(loop, System.nanoTime());
    }

    /** Whether the loop went round within the given time. */
    public boolean beats(String loop, Duration within) {
        Long last = beats.get(loop);
        return last != null && System.nanoTime() - last <= within.toNanos();
    }
}
