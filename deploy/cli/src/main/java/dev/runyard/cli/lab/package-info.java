/** The lab on this machine: its processes, its home, what it lacks. */
@NullMarked
package dev.runyard.cli.lab;

import org.jspecify.annotations.NullMarked;
