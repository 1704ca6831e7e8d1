/** What a run trains: backbone, method and classifier. */
@NullMarked
package dev.runyard.spec.model;

import org.jspecify.annotations.NullMarked;
