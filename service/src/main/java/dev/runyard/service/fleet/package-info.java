/** Workers and their devices: who registered, who is heard from, what can be used. */
@NullMarked
package dev.runyard.service.fleet;

import org.jspecify.annotations.NullMarked;
