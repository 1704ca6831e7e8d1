package dev.runyard.vision.plot;

import java.util.List;

/** Colours that readers with any kind of colour vision can tell apart. */
public final class Colours {
    public static final int INK = 0x222222;
    public static final int FAINT = 0x777777;
    public static final int GRID = 0xdddddd;
    public static final int PAPER = 0xffffff;

    /** Okabe and Ito's set without black, for kinds without an order. */
    private static final List<Integer> KINDS =
            List.of(0x0072b2, 0xd55e00, 0x009e73, 0xcc79a7, 0xe69f00, 0x56b4e9, 0x7f7f7f, 0xb8a800);

    private Colours() {}

    /** Number of different {@link #kind} colours. */
    public static int kinds() {
        return KINDS.size();
    }

    /** Of kind i; repeats after {@link #kinds}, which is why {@link Marker} changes then. */
    public static int kind(int i) {
        return KINDS.get(i % KINDS.size());
    }

    /**
     * Of kind i of so many. Up to {@link #kinds} as above; more are steps around the wheel at three lightnesses, in an order in which
     * neighbours are far apart. Beyond a few dozen no colours can be told apart by themselves: shapes and names help.
     */
    public static int kind(int i, int of) {
        if (of <= KINDS.size()) {
            return kind(i);
        }
        double hue = i * 0.618033988749895 % 1;
        double light = new double[] {0.42, 0.62, 0.3}[i % 3];
        return hsl(hue, i % 2 == 0 ? 0.75 : 0.5, light);
    }

    private static int hsl(double hue, double saturation, double light) {
        double chroma = saturation * Math.min(light, 1 - light);
        int out = 0;
        for (int n : new int[] {0, 8, 4}) {
            double k = (n + hue * 12) % 12;
            double level = light - chroma * Math.max(-1, Math.min(Math.min(k - 3, 9 - k), 1));
            out = out << 8 | (int) Math.round(255 * level);
        }
        return out;
    }

    /** A colour for each number from 0 to 1. */
    public enum Scale {
        /** From little (dark) to much (light), of even steps and also right in grey. */
        VIRIDIS(0x440154, 0x482878, 0x3e4989, 0x31688e, 0x26828e, 0x1f9e89, 0x35b779, 0x6ece58, 0xb5de2b, 0xfde725),
        /** From one side (blue) over nothing (white) to the other (orange). */
        DIVERGING(0x2166ac, 0x67a9cf, 0xd1e5f0, 0xf7f7f7, 0xfee0b6, 0xf1a340, 0xb35806);

        private final int[] stops;

        Scale(int... stops) {
            this.stops = stops;
        }

        /** @param share 0 to 1; beyond is cut, NaN is grey */
        public int at(double share) {
            if (Double.isNaN(share)) {
                return GRID;
            }
            double at = Math.max(0, Math.min(1, share)) * (stops.length - 1);
            int i = Math.min((int) at, stops.length - 2);
            return mix(stops[i], stops[i + 1], at - i);
        }
    }

    /** {@code share} of b and the rest of a. */
    public static int mix(int a, int b, double share) {
        int out = 0;
        for (int shift = 16; shift >= 0; shift -= 8) {
            int from = a >> shift & 0xff;
            int to = b >> shift & 0xff;
            out |= (int) Math.round(from + (to - from) * share) << shift;
        }
        return out;
    }

    /** Black or white, whichever reads better on the colour. */
    public static int on(int background) {
        double light =
                0.299 * (background >> 16 & 0xff) + 0.587 * (background >> 8 & 0xff) + 0.114 * (background & 0xff);
        return light > 140 ? INK : PAPER;
    }
}
