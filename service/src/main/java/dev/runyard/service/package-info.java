/** The service as a whole: its process, and what it tells of itself. The rooms below it know nothing of this one. */
@NullMarked
package dev.runyard.service;

import org.jspecify.annotations.NullMarked;
