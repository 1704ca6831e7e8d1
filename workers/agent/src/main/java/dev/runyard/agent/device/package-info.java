/** What this machine can train on, and the natives for it. */
@NullMarked
package dev.runyard.agent.device;

import org.jspecify.annotations.NullMarked;
