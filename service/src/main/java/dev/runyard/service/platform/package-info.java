/** The ground the service stands on: configuration, embedded Postgres and Temporal, HTTP rules, problems, tokens. */
@NullMarked
package dev.runyard.service.platform;

import org.jspecify.annotations.NullMarked;
