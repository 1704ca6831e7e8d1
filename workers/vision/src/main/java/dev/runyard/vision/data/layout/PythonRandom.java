package dev.runyard.vision.data.layout;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Python's {@code random} as far as CoOp draws with it: the Mersenne Twister MT19937 (Matsumoto and Nishimura 1998), seeded as
 * {@code random.seed(n)} does, and {@code random.sample} of CPython 3. Not for anything else: our own draws are order-free.
 */
final class PythonRandom {
    private static final int N = 624;
    private static final int M = 397;

    private final int[] state = new int[N];
    private int at = N;

    /** @param seed 0 to 2³² - 1 */
    PythonRandom(long seed) {
        state[0] = 19_650_218;
        for (int i = 1; i < N; i++) {
            state[i] = 1_812_433_253 * (state[i - 1] ^ (state[i - 1] >>> 30)) + i;
        }
        int i = 1;
        for (int k = 0; k < N; k++) { // a key of one word
            state[i] = (state[i] ^ ((state[i - 1] ^ (state[i - 1] >>> 30)) * 1_664_525)) + (int) seed;
            i = next(i);
        }
        for (int k = 0; k < N - 1; k++) {
            state[i] = (state[i] ^ ((state[i - 1] ^ (state[i - 1] >>> 30)) * 1_566_083_941)) - i;
            i = next(i);
        }
        state[0] = 0x80000000;
    }

    private int next(int i) {
        if (i + 1 < N) {
            return i + 1;
        }
        state[0] = state[N - 1];
        return 1;
    }

    private int word() {
        if (at == N) {
            for (int k = 0; k < N; k++) {
                int y = (state[k] & 0x80000000) | (state[(k + 1) % N] & 0x7fffffff);
                state[k] = state[(k + M) % N] ^ (y >>> 1) ^ ((y & 1) == 0 ? 0 : 0x9908b0df);
            }
            at = 0;
        }
        int y = state[at++];
        y ^= y >>> 11;
        y ^= (y << 7) & 0x9d2c5680;
        y ^= (y << 15) & 0xefc60000;
        return y ^ (y >>> 18);
    }

    /** Uniform in 0 to bound - 1, as {@code _randbelow}. */
    private int below(int bound) {
        int bits = 32 - Integer.numberOfLeadingZeros(bound);
        int drawn;
        do {
            drawn = word() >>> (32 - bits);
        } while (drawn >= bound);
        return drawn;
    }

    /** {@code random.sample}: k of them, in the order in which they were drawn. */
    <T> List<T> sample(List<T> population, int k) {
        int n = population.size();
        if (k < 0 || k > n) {
            throw new IllegalArgumentException(k + " of " + n);
        }
        int setSize = 21;
        if (k > 5) {
            setSize += (int) Math.pow(4, Math.ceil(Math.log(k * 3.0) / Math.log(4)));
        }
        List<T> out = new ArrayList<>(k);
        if (n <= setSize) {
            List<T> pool = new ArrayList<>(population);
            for (int i = 0; i < k; i++) {
                int j = below(n - i);
                out.add(pool.get(j));
                pool.set(j, pool.get(n - i - 1));
            }
            return out;
        }
        Set<Integer> taken = new HashSet<>();
        for (int i = 0; i < k; i++) {
            int j = below(n);
            while (!taken.add(j)) {
                j = below(n);
            }
            out.add(population.get(j));
        }
        return out;
    }
}
