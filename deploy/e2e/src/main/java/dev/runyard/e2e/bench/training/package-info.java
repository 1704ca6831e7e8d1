/** Training and evaluation beside PyTorch: steps, epochs, the loader. */
@NullMarked
package dev.runyard.e2e.bench.training;

import org.jspecify.annotations.NullMarked;
