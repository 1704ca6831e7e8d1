/** A worker process: registers a device, carries out attempts under Temporal, reports to the service. */
@NullMarked
package dev.runyard.agent;

import org.jspecify.annotations.NullMarked;
