package dev.runyard.vision.analyse;

import java.util.Arrays;

/** Normalised mutual information of two labelings of the same things: 0 when one says nothing about the other, 1 when all. */
public final class Nmi {
    private Nmi() {}

    /** What the mutual information is divided by: a mean of the two entropies. */
    public enum Mean {
        /** The usual one, and the default: (a + b) / 2. */
        ARITHMETIC {
            @Override
            double of(double a, double b) {
                return (a + b) / 2;
            }
        },
        GEOMETRIC {
            @Override
            double of(double a, double b) {
                return Math.sqrt(a * b);
            }
        },
        MIN {
            @Override
            double of(double a, double b) {
                return Math.min(a, b);
            }
        },
        MAX {
            @Override
            double of(double a, double b) {
                return Math.max(a, b);
            }
        };

        abstract double of(double a, double b);
    }

    /**
     * @param a whole numbers ≥ 0, one a thing
     * @param b likewise; the numbers need not mean the same
     * @return 0 to 1; 1 when both have one cluster only, 0 when just one of them has, as scikit-learn defines it
     */
    public static double of(int[] a, int[] b, Mean mean) {
        if (a.length != b.length || a.length == 0) {
            throw new IllegalArgumentException(
                    "two labelings of the same things: got " + a.length + " and " + b.length);
        }
        int rows = Arrays.stream(a).max().orElseThrow() + 1;
        int columns = Arrays.stream(b).max().orElseThrow() + 1;
        long[] together = new long[Math.multiplyExact(rows, columns)];
        long[] inA = new long[rows];
        long[] inB = new long[columns];
        for (int i = 0; i < a.length; i++) {
            together[a[i] * columns + b[i]]++;
            inA[a[i]]++;
            inB[b[i]]++;
        }
        double n = a.length;
        double information = 0;
        for (int i = 0; i < rows; i++) {
            for (int j = 0; j < columns; j++) {
                double both = together[i * columns + j];
                if (both > 0) {
                    information += both / n * Math.log(both * n / ((double) inA[i] * inB[j]));
                }
            }
        }
        double entropyA = entropy(inA, n);
        double entropyB = entropy(inB, n);
        if (entropyA == 0 && entropyB == 0) {
            return 1;
        }
        // Rounding may leave a trace where the labelings are independent.
        return information < Math.ulp(1.0) ? 0 : Math.min(1, information / mean.of(entropyA, entropyB));
    }

    private static double entropy(long[] counts, double n) {
        double sum = 0;
        for (long count : counts) {
            if (count > 0) {
                sum -= count / n * Math.log(count / n);
            }
        }
        return sum;
    }
}
