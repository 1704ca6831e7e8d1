/** What the lab as a whole tells of itself, and checks of specs that nobody queued yet. */
@NullMarked
package dev.runyard.service.lab;

import org.jspecify.annotations.NullMarked;
