/** The worker's side of the service's REST interface. */
@NullMarked
package dev.runyard.agent.client;

import org.jspecify.annotations.NullMarked;
