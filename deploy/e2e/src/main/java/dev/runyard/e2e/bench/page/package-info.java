/** The page in a browser, in labs of its size. */
@NullMarked
package dev.runyard.e2e.bench.page;

import org.jspecify.annotations.NullMarked;
