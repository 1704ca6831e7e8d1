/** Reports: what a table of results is to show, and the table that comes of runs. Pure: the same runs give the same table anywhere. */
@NullMarked
package dev.runyard.spec.table;

import org.jspecify.annotations.NullMarked;
