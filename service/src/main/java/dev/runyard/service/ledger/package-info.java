/** What every feature that changes rows needs: statements, the journal of events, what happens after a commit, repeated requests. */
@NullMarked
package dev.runyard.service.ledger;

import org.jspecify.annotations.NullMarked;
