package dev.runyard.cli.terminal;

import java.io.PrintStream;
import java.util.Locale;

/** Long work: a bar that is redrawn on a terminal; elsewhere a plain line whenever another tenth is done. */
public final class Progress implements AutoCloseable {
    private static final int WIDTH = 30;
    private static final long REDRAW_NANOS = 100_000_000L;

    private final PrintStream out;
    private final boolean terminal;
    private int tenth = -1;
    private int drawn;
    private long last;

    public Progress(PrintStream out) {
        this(out, System.console() != null);
    }

    Progress(PrintStream out, boolean terminal) {
        this.out = out;
        this.terminal = terminal;
    }

    /** @param fraction 0 to 1 */
    public void show(double fraction, String text) {
        double done = Math.max(0, Math.min(1, fraction));
        if (terminal) {
            long now = System.nanoTime();
            if (done < 1 && drawn > 0 && now - last < REDRAW_NANOS) {
                return;
            }
            last = now;
            int full = (int) Math.round(done * WIDTH);
            String line = String.format(
                    Locale.ROOT, "[%s%s] %3.0f %%  %s", "#".repeat(full), ".".repeat(WIDTH - full), done * 100, text);
            out.print("\r" + line + " ".repeat(Math.max(0, drawn - line.length())));
            out.flush();
            drawn = line.length();
        } else if ((int) (done * 10) > tenth) {
            tenth = (int) (done * 10);
            out.println(String.format(Locale.ROOT, "%3.0f %%  %s", done * 100, text));
        }
    }

    /** Ends the bar's line, so that what follows stands on its own. */
    @Override
    public void close() {
        if (terminal && drawn > 0) {
            out.println();
            drawn = 0;
        }
    }
}
