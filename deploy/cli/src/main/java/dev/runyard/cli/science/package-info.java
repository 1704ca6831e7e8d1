/** Commands that compute in this process, with no lab. */
@NullMarked
package dev.runyard.cli.science;

import org.jspecify.annotations.NullMarked;
