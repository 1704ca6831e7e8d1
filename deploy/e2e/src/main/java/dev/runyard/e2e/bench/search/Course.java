package dev.runyard.e2e.bench.search;

import java.util.Random;

/** Runs whose loss is known at every epoch, to race pruners on: {@link #EPOCHS} epochs, each a tick of a device. */
enum Course {
    /**
     * Of 8 bits and 8 coins the share that shows no one; a coin's is estimated by the throws so far. After Falkner, Klein, Hutter: BOHB, ICML
     * 2018 (counting ones).
     */
    COUNTING_ONES(0.25) {
        @Override
        Training training(long seed) {
            Random random = new Random(seed);
            random.nextInt();
            double bits = 0;
            double[] coins = new double[8];
            for (int i = 0; i < 8; i++) {
                bits += random.nextBoolean() ? 1 : 0;
                coins[i] = random.nextDouble();
            }
            double[] loss = new double[EPOCHS + 1];
            double shown = 0;
            for (int epoch = 1; epoch <= EPOCHS; epoch++) {
                for (double coin : coins) {
                    for (int k = 0; k < THROWS; k++) {
                        shown += random.nextDouble() < coin ? 1 : 0;
                    }
                }
                loss[epoch] = 1 - (bits + shown / (THROWS * epoch)) / 16;
            }
            double end = bits;
            for (double coin : coins) {
                end += coin;
            }
            return new Training(loss, 1 - end / 16);
        }
    },

    /**
     * Hartmann6 with a bias and noise that fall with the logarithm of the epochs. After the moderate correlation of mf-prior-bench's MFHartmann
     * (Mallik et al., 2023).
     */
    MF_HARTMANN(1.5) {
        @Override
        Training training(long seed) {
            Random random = new Random(seed);
            random.nextInt();
            double[] x = random.doubles(6).toArray();
            double[] loss = new double[EPOCHS + 1];
            for (int epoch = 1; epoch <= EPOCHS; epoch++) {
                double z = 3 + 97.0 * (epoch - 1) / (EPOCHS - 1);
                double low = 1 - (Math.log(z) - Math.log(3)) / (Math.log(100) - Math.log(3));
                loss[epoch] = Landscape.hartmann(x, 3 * low) + Math.abs(random.nextGaussian()) * 3 * low;
            }
            return new Training(loss, Landscape.hartmann(x, 0));
        }
    };

    static final int EPOCHS = 81;
    private static final int THROWS = 9;
    private final double target;

    Course(double target) {
        this.target = target;
    }

    /** What a run that came to its end must have reached. */
    double target() {
        return target;
    }

    /**
     * @param loss by epoch from 1, as it is reported
     * @param end what it is worth
     */
    record Training(double[] loss, double end) {}

    /** One drawn by chance. */
    abstract Training training(long seed);
}
