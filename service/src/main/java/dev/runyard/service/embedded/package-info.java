/** Postgres and Temporal as parts of this process, for a lab on one machine. */
@NullMarked
package dev.runyard.service.embedded;

import org.jspecify.annotations.NullMarked;
