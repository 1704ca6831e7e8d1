/** Many curves in one request, and what came after. */
@NullMarked
package dev.runyard.service.metric.series;

import org.jspecify.annotations.NullMarked;
