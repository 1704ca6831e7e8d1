/** Data sets and weights by name: what was pushed into the artifact store for hosts that have no place of their own for it. */
@NullMarked
package dev.runyard.service.place;

import org.jspecify.annotations.NullMarked;
