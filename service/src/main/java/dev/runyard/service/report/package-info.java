/** Reports: tables of results by a definition, live and frozen. */
@NullMarked
package dev.runyard.service.report;

import org.jspecify.annotations.NullMarked;
