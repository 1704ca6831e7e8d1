/** What happened: metric points, checkpoints, outcomes. The bodies of the worker's requests. */
@NullMarked
package dev.runyard.spec.report;

import org.jspecify.annotations.NullMarked;
