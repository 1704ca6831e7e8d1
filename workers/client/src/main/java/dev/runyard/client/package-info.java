/** Logs into a lab from any Java program, without making it wait. */
@NullMarked
package dev.runyard.client;

import org.jspecify.annotations.NullMarked;
