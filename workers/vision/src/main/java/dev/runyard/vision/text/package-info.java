/** CLIP's text side: tokenizer, transformer, and the sentences that name classes. */
@NullMarked
package dev.runyard.vision.text;

import org.jspecify.annotations.NullMarked;
