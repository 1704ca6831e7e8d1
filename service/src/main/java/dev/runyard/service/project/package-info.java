/** Projects as a whole: what they keep, written out as files that outlive the lab, read back, and removed without a trace. */
@NullMarked
package dev.runyard.service.project;

import org.jspecify.annotations.NullMarked;
