/** What came of runs, beyond their metrics: predictions judged and compared, pictures, tables. */
@NullMarked
package dev.runyard.service.result;

import org.jspecify.annotations.NullMarked;
