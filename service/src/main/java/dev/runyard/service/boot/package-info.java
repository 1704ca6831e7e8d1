/** What the process is told and where it lives: configuration, home, ports, and how a start fails. */
@NullMarked
package dev.runyard.service.boot;

import org.jspecify.annotations.NullMarked;
