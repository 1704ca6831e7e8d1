/** Commands that ask a lab over HTTP. */
@NullMarked
package dev.runyard.cli.remote;

import org.jspecify.annotations.NullMarked;
