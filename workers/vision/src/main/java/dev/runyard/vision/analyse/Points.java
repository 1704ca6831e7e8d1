package dev.runyard.vision.analyse;

/**
 * n points of d coordinates.
 *
 * @param values [n, d], row-major
 */
@SuppressWarnings("ArrayRecordComponent")
record Points(int n, int d, float[] values) {
    Points {
        if (n < 1 || d < 1 || values.length != (long) n * d) {
            throw new IllegalArgumentException("[" + n + ", " + d + "] does not fit " + values.length + " numbers");
        }
    }

    /** Squared distance of two points. */
    double squaredDistance(int i, int j) {
        double even = 0;
        double odd = 0;
        int a = i * d;
        int b = j * d;
        int c = 0;
        // Two sums, so that one addition need not wait for the one before it.
        for (; c + 1 < d; c += 2) {
            double first = (double) values[a + c] - values[b + c];
            double second = (double) values[a + c + 1] - values[b + c + 1];
            even += first * first;
            odd += second * second;
        }
        if (c < d) {
            double last = (double) values[a + c] - values[b + c];
            even += last * last;
        }
        return even + odd;
    }

    /** Squared distance of a point to row {@code row} of {@code centres}. */
    double squaredDistance(int i, double[] centres, int row) {
        int a = i * d;
        int b = row * d;
        double even = 0;
        double odd = 0;
        int c = 0;
        for (; c + 1 < d; c += 2) {
            double first = values[a + c] - centres[b + c];
            double second = values[a + c + 1] - centres[b + c + 1];
            even += first * first;
            odd += second * second;
        }
        if (c < d) {
            double last = values[a + c] - centres[b + c];
            even += last * last;
        }
        return even + odd;
    }

    /** The points with these numbers, in this order. */
    Points only(int[] which) {
        float[] some = new float[which.length * d];
        for (int i = 0; i < which.length; i++) {
            System.arraycopy(values, which[i] * d, some, i * d, d);
        }
        return new Points(which.length, d, some);
    }

    /** Whether all points are the same. */
    boolean constant() {
        for (int i = d; i < values.length; i++) {
            if (values[i] != values[i % d]) {
                return false;
            }
        }
        return true;
    }
}
