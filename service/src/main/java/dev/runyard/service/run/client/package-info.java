/** Runs that a client keeps, and what clients log into runs: external runs, parameters, points, data sets, silence. */
@NullMarked
package dev.runyard.service.run.client;

import org.jspecify.annotations.NullMarked;
