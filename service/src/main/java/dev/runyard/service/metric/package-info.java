/** What runs measured: ingest of point batches and their summaries. Sets of rows in SQL, because this path carries the load. */
@NullMarked
package dev.runyard.service.metric;

import org.jspecify.annotations.NullMarked;
