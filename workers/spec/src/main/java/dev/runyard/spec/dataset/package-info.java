/** What a run asks for in data. */
@NullMarked
package dev.runyard.spec.dataset;

import org.jspecify.annotations.NullMarked;
