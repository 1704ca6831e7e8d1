package dev.runyard.flows.sweep;

import java.util.UUID;

/** A sweep kept in the heap: each look ends the open runs and opens as many as the window allows. */
public final class WindowLedger implements SweepActivities {
    private final int total;
    private final int window;
    private int created;
    private int open;
    private int looks;
    private int mostOpen;

    public WindowLedger(int total, int window) {
        this.total = total;
        this.window = window;
    }

    @Override
    public synchronized Progress next(UUID sweep) {
        looks++;
        open = Math.min(window, total - created);
        created += open;
        mostOpen = Math.max(mostOpen, open);
        return new Progress(total, created, open, open == 0);
    }

    public synchronized int looks() {
        return looks;
    }

    public synchronized int created() {
        return created;
    }

    public synchronized int mostOpen() {
        return mostOpen;
    }
}
