/** All of Temporal: its clients, the worker of the ledger's activities, workflows, and the reconciler that makes it agree with the rows. */
@NullMarked
package dev.runyard.service.executor;

import org.jspecify.annotations.NullMarked;
