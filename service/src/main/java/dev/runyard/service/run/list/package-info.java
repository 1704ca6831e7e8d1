/** Which runs: fields, filters, sorts, and pages of them. */
@NullMarked
package dev.runyard.service.run.list;

import org.jspecify.annotations.NullMarked;
