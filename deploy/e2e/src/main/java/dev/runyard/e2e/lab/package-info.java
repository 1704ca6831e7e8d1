/** A packaged lab as a child process, for end-to-end tests, drills and benchmarks. */
@NullMarked
package dev.runyard.e2e.lab;

import org.jspecify.annotations.NullMarked;
