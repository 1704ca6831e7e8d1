package dev.runyard.service.blob;

import dev.runyard.service.blob.store.WithBucket;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;

/** What {@link SendersTest} holds of a folder holds of a bucket. */
@QuarkusTest
@WithTestResource(WithBucket.class)
final class SendersInBucketTest extends SendersTest {}
