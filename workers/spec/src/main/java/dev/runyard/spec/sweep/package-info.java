/** Sweeps: a base run, axes over its fields, and samplers that are pure functions of seed and history. */
@NullMarked
package dev.runyard.spec.sweep;

import org.jspecify.annotations.NullMarked;
