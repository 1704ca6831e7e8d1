/** What somebody who helps from afar needs to see of a lab, and nothing that would let them in. */
@NullMarked
package dev.runyard.cli.support;

import org.jspecify.annotations.NullMarked;
