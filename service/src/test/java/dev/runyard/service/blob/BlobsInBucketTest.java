package dev.runyard.service.blob;

import dev.runyard.service.blob.store.WithBucket;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;

/** What {@link BlobsTest} holds of a folder holds of a bucket. */
@QuarkusTest
@WithTestResource(WithBucket.class)
final class BlobsInBucketTest extends BlobsTest {}
