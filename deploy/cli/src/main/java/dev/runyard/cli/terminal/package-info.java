/** What a person sees: tables, progress, one-line failures. */
@NullMarked
package dev.runyard.cli.terminal;

import org.jspecify.annotations.NullMarked;
