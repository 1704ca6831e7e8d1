/** Temporal contracts and workflow code; sees the spec and the Temporal SDK, nothing else. */
@NullMarked
package dev.runyard.flows.sweep;

import org.jspecify.annotations.NullMarked;
