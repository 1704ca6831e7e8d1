/** What is asked of many runs at once: groups and their spread, mean curves, which keys there are, what runs of a kind cost. */
@NullMarked
package dev.runyard.service.run.aggregate;

import org.jspecify.annotations.NullMarked;
