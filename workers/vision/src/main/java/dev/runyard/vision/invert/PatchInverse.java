package dev.runyard.vision.invert;

import dev.runyard.spec.InvalidSpec;

/**
 * W⁺ = Wᵀ(WWᵀ)⁻¹ of a patch embedding W [D, 3P²] in double precision: the smallest pixels that make a given token (science reference
 * §3). A patch is read in the order of the convolution's weight: channel, row, column.
 *
 * <p>Computed as W = L·Q by Gram-Schmidt, each row twice, then W⁺ᵀ = L⁻ᵀ·Q: forming WWᵀ would square the condition number.
 */
final class PatchInverse {
    /** A row whose rest is smaller than this share of it lies in the span of the rows before. */
    private static final double DEPENDENT = 1e-11;

    /** Rows that are worked on together. */
    private static final int BLOCK = 12;

    private static final double CANCELLED = 0.1;

    private final double[][] transposed;
    private final double condition;

    PatchInverse(double[][] transposed, double condition) {
        this.transposed = transposed;
        this.condition = condition;
    }

    /**
     * @param weight [width, length], row-major
     * @param length 3P²
     * @throws InvalidSpec {@code NOT_INVERTIBLE} when the rows are not independent: some tokens then have no patch
     */
    static PatchInverse of(float[] weight, int width, int length) {
        if (width > length) {
            throw notInvertible(width, "holds " + length + " numbers a patch, too few for tokens of width " + width);
        }
        double[][] q = new double[width][length];
        double[][] l = new double[width][width];
        for (int i = 0; i < width; i++) {
            for (int c = 0; c < length; c++) {
                q[i][c] = weight[i * length + c];
            }
        }
        for (int start = 0; start < width; start += BLOCK) {
            orthogonalise(q, l, start, Math.min(start + BLOCK, width));
        }
        for (int end = width; end > 0; end -= BLOCK) {
            substitute(q, l, Math.max(0, end - BLOCK), end);
        }
        return new PatchInverse(q, Spectrum.condition(l));
    }

    /** Rows {@code start} to {@code end - 1} of Q and L; those before are done. A block of rows stays in the cache while it meets them. */
    private static void orthogonalise(double[][] q, double[][] l, int start, int end) {
        double[] whole = new double[end - start];
        for (int i = start; i < end; i++) {
            whole[i - start] = norm(q[i]);
        }
        for (int pass = 0; pass < 2; pass++) {
            for (int j = 0; j < start; j++) {
                for (int i = start; i < end; i++) {
                    project(q, l, i, j);
                }
            }
        }
        for (int i = start; i < end; i++) {
            double before = norm(q[i]);
            for (int pass = 0; pass < 2; pass++) {
                for (int j = start; j < i; j++) {
                    project(q, l, i, j);
                }
            }
            if (norm(q[i]) < CANCELLED * before) {
                // Most of it went, so what rounding left along the earlier rows now counts for more.
                for (int j = 0; j < i; j++) {
                    project(q, l, i, j);
                }
            }
            double rest = norm(q[i]);
            if (!(rest > DEPENDENT * whole[i - start])) {
                throw notInvertible(q.length, "has a row (" + i + ") that the rows before it make up");
            }
            l[i][i] = rest;
            scale(q[i], 1 / rest);
        }
    }

    private static void project(double[][] q, double[][] l, int i, int j) {
        double share = dot(q[j], q[i]);
        add(q[i], -share, q[j]);
        l[i][j] += share;
    }

    /** Rows {@code start} to {@code end - 1} of L⁻ᵀ·Q; those behind are done. */
    private static void substitute(double[][] q, double[][] l, int start, int end) {
        for (int j = end; j < q.length; j++) {
            for (int i = start; i < end; i++) {
                add(q[i], -l[j][i], q[j]);
            }
        }
        for (int i = end - 1; i >= start; i--) {
            for (int j = i + 1; j < end; j++) {
                add(q[i], -l[j][i], q[j]);
            }
            scale(q[i], 1 / l[i][i]);
        }
    }

    private static InvalidSpec notInvertible(int width, String rule) {
        return new InvalidSpec(
                "NOT_INVERTIBLE",
                "patch_embed.weight",
                "of width " + width,
                rule,
                "use a backbone with larger patches or a smaller width");
    }

    /** Rows of W⁺ᵀ, [D][3P²]. */
    double[][] transposed() {
        return transposed;
    }

    /** Largest to smallest singular value of W. */
    double condition() {
        return condition;
    }

    int width() {
        return transposed.length;
    }

    int length() {
        return transposed[0].length;
    }

    /** W⁺·token, for one token of width D: [3P²]. */
    double[] patch(double[] token) {
        double[] out = new double[length()];
        for (int d = 0; d < token.length; d++) {
            add(out, token[d], transposed[d]);
        }
        return out;
    }

    /** Largest difference of W·W⁺ to the identity. */
    double residual(float[] weight) {
        double worst = 0;
        double[] row = new double[length()];
        for (int i = 0; i < width(); i++) {
            for (int c = 0; c < row.length; c++) {
                row[c] = weight[i * row.length + c];
            }
            for (int j = 0; j < width(); j++) {
                double difference = Math.abs(dot(row, transposed[j]) - (i == j ? 1 : 0));
                worst = Double.isNaN(difference) ? Double.POSITIVE_INFINITY : Math.max(worst, difference);
            }
        }
        return worst;
    }

    private static double norm(double[] row) {
        return Math.sqrt(dot(row, row));
    }

    static double dot(double[] a, double[] b) {
        double s0 = 0;
        double s1 = 0;
        double s2 = 0;
        double s3 = 0;
        int n = a.length;
        int i = 0;
        for (; i + 3 < n; i += 4) {
            s0 += a[i] * b[i];
            s1 += a[i + 1] * b[i + 1];
            s2 += a[i + 2] * b[i + 2];
            s3 += a[i + 3] * b[i + 3];
        }
        for (; i < n; i++) {
            s0 += a[i] * b[i];
        }
        return (s0 + s1) + (s2 + s3);
    }

    static void add(double[] to, double factor, double[] from) {
        for (int i = 0; i < to.length; i++) {
            to[i] += factor * from[i];
        }
    }

    private static void scale(double[] row, double factor) {
        for (int i = 0; i < row.length; i++) {
            row[i] *= factor;
        }
    }
}
