/** Devices, workers and leases; the scheduler that grants and the reconciler that repairs. */
@NullMarked
package dev.runyard.service.lease;

import org.jspecify.annotations.NullMarked;
