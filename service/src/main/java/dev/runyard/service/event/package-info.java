/** What happened, written and told: the journal, the wake-ups after a commit, the live stream. */
@NullMarked
package dev.runyard.service.event;

import org.jspecify.annotations.NullMarked;
