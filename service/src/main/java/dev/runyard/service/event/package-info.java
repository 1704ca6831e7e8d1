/** Live events: what the tables say, told to browsers while it happens. */
@NullMarked
package dev.runyard.service.event;

import org.jspecify.annotations.NullMarked;
