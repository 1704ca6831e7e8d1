/**
 * The ground that every room of the spec stands on: how a value is documented, checked, named and hashed. Every record checks itself;
 * {@link dev.runyard.spec.InvalidSpec} says what to change.
 */
@NullMarked
package dev.runyard.spec;

import org.jspecify.annotations.NullMarked;
