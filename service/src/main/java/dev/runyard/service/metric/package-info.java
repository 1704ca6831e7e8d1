/** What runs measured: ingest of point batches, summaries, curves. Plain JDBC, because this path carries the load. */
@NullMarked
package dev.runyard.service.metric;

import org.jspecify.annotations.NullMarked;
