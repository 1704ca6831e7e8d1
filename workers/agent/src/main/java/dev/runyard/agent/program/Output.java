package dev.runyard.agent.program;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.function.UnaryOperator;

/**
 * What a program prints, as lines of its run's log. The program is never held up: what is more than a log is for is left out and counted,
 * and the end of it comes all the same, since that is where a program says why it ended.
 */
final class Output {
    /** Lines and bytes that go through at once, and that come free again each second. */
    static final int BURST_LINES = 2_000;

    static final int LINES_A_SECOND = 100;
    private static final long BURST_BYTES = 1 << 20;
    private static final long BYTES_A_SECOND = 64 << 10;

    /** Of one attempt; a database is no place for more. */
    static final long MOST_BYTES = 64L << 20;

    /** What is held back for the end. */
    private static final int LAST_LINES = 500;

    private static final long LAST_BYTES = 512 << 10;
    private static final int LONGEST_LINE = 5_000;
    private static final int TRACEBACK_LINES = 60;

    /** What the C library says of ENOSPC, and with it every language. */
    private static final String NO_SPACE = "No space left on device";

    private static final long SHOWN_NANOS = 15_000_000_000L;

    private final UnaryOperator<String> masked;
    private final Consumer<String> log;
    private final LongSupplier clock;
    private final ByteArrayOutputStream line = new ByteArrayOutputStream();
    private final Deque<String> held = new ArrayDeque<>();
    private long heldBytes;
    private long left;
    private double lines = BURST_LINES;
    private double bytes = BURST_BYTES;
    private long all;
    private long filled;
    private boolean cut;
    private long sinceTraceback = TRACEBACK_LINES;
    private long sinceFull = TRACEBACK_LINES;
    private String last = "";
    private long shown;

    /**
     * @param masked takes secrets out of a line
     * @param clock nanoseconds
     */
    Output(UnaryOperator<String> masked, Consumer<String> log, LongSupplier clock) {
        this.masked = masked;
        this.log = log;
        this.clock = clock;
        this.filled = clock.getAsLong();
        this.shown = filled;
    }

    /** Reads to the end of the stream; a carriage return overwrites, as on a terminal. */
    void read(InputStream in) throws IOException {
        byte[] buffer = new byte[64 << 10];
        for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
            take(buffer, n);
        }
    }

    private void take(byte[] buffer, int n) {
        for (int i = 0; i < n; i++) {
            if (buffer[i] == '\n') {
                end();
            } else if (buffer[i] == '\r') {
                if (i + 1 < n && buffer[i + 1] == '\n') {
                    continue;
                }
                overwritten();
            } else if (line.size() < 4 * LONGEST_LINE) {
                line.write(buffer[i]);
            } else {
                cut = true;
            }
        }
    }

    /** A progress bar's states are not lines; what stands at the line's end is, and one now and then. */
    private void overwritten() {
        if (line.size() > 0) {
            last = text();
            line.reset();
            cut = false;
            if (clock.getAsLong() - shown > SHOWN_NANOS) {
                shown = clock.getAsLong();
                said(last);
                last = "";
            }
        }
    }

    private void end() {
        String text = line.size() == 0 && !last.isEmpty() ? last : text();
        last = "";
        line.reset();
        cut = false;
        sinceTraceback = text.startsWith("Traceback (most recent call last)") ? 0 : sinceTraceback + 1;
        sinceFull = text.contains(NO_SPACE) ? 0 : sinceFull + 1;
        said(text);
    }

    private String text() {
        String text = masked.apply(line.toString(StandardCharsets.UTF_8));
        boolean longer = cut || text.length() > LONGEST_LINE;
        return longer ? text.substring(0, Math.min(LONGEST_LINE, text.length())) + "…" : text;
    }

    private void said(String text) {
        long now = clock.getAsLong();
        long seconds = (now - filled) / 1_000_000_000L;
        if (seconds > 0) {
            filled += seconds * 1_000_000_000L;
            lines = Math.min(BURST_LINES, lines + (double) seconds * LINES_A_SECOND);
            bytes = Math.min(BURST_BYTES, bytes + (double) seconds * BYTES_A_SECOND);
        }
        long size = text.length() + 1L;
        if (lines >= 1 && bytes >= size && all + size <= MOST_BYTES) {
            if (left > 0) {
                leftOut(left);
                forget();
            }
            lines--;
            bytes -= size;
            all += size;
            log.accept(text);
        } else {
            left++;
            held.add(text);
            heldBytes += size;
            while (held.size() > LAST_LINES || heldBytes > LAST_BYTES) {
                heldBytes -= held.remove().length() + 1L;
            }
        }
    }

    private void leftOut(long count) {
        log.accept("… " + count + (count == 1 ? " line" : " lines") + " left out: more than " + LINES_A_SECOND
                + " a second" + (all + LAST_BYTES > MOST_BYTES ? ", or than a log holds" : ""));
    }

    private void forget() {
        held.clear();
        heldBytes = 0;
        left = 0;
    }

    /** Once nothing more is printed: what was held back, and a last line without an end. */
    void finish() {
        if (line.size() > 0 || !last.isEmpty()) {
            end();
        }
        if (left > held.size()) {
            leftOut(left - held.size());
        }
        held.forEach(log);
        forget();
    }

    /** Whether it ended with what Python prints of an exception that nothing caught. */
    boolean traceback() {
        return sinceTraceback < TRACEBACK_LINES;
    }

    /** Whether it ended with the complaint that a disk is full. */
    boolean diskFull() {
        return sinceFull < TRACEBACK_LINES;
    }
}
