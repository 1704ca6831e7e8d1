/** Where the bytes of blobs lie: a folder, or a bucket of an S3-compatible server. Neither knows whose they are. */
@NullMarked
package dev.runyard.service.blob.store;

import org.jspecify.annotations.NullMarked;
