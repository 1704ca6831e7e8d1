/** Who may write: tokens, and the fence that lets only the attempt that holds a run write to it. */
@NullMarked
package dev.runyard.service.auth;

import org.jspecify.annotations.NullMarked;
