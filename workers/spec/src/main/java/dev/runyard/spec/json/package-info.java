/** JSON and YAML as Runyard reads and writes them: strictly, and refused by name. */
@NullMarked
package dev.runyard.spec.json;

import org.jspecify.annotations.NullMarked;
