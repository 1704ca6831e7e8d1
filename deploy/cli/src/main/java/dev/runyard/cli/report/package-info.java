/** Reports from the command line: tables of a lab's results, their check, and the paper's own. */
@NullMarked
package dev.runyard.cli.report;

import org.jspecify.annotations.NullMarked;
