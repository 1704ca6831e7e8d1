/** What holds for every request: which are let in, what their bodies and words may be, and how a refusal looks. */
@NullMarked
package dev.runyard.service.http;

import org.jspecify.annotations.NullMarked;
