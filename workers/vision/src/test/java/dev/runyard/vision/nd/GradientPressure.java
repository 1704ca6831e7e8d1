package dev.runyard.vision.nd;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;

/** What shows an operand that the engine's graph refers to but Java does not hold. */
public final class GradientPressure {
    private static final int BUFFERS = 3_000;

    private GradientPressure() {}

    /** Frees what nobody holds, then fills as much small direct memory with NaN. Returns how many buffers. */
    public static int press() throws InterruptedException {
        System.gc();
        Thread.sleep(15);
        List<ByteBuffer> buffers = new ArrayList<>(BUFFERS);
        for (int i = 0; i < BUFFERS; i++) {
            buffers.add(
                    ByteBuffer.allocateDirect(4).order(ByteOrder.nativeOrder()).putFloat(0, Float.NaN));
        }
        return buffers.size();
    }
}
