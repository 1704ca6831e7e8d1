/** What adapts a frozen backbone: prompt generation networks, the baselines and the classifiers. */
@NullMarked
package dev.runyard.vision.method;

import org.jspecify.annotations.NullMarked;
