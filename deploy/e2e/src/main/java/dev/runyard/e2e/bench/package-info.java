/** Benchmarks that print the figures of the README. Each drives the packaged product from outside. */
@NullMarked
package dev.runyard.e2e.bench;

import org.jspecify.annotations.NullMarked;
