package dev.runyard.service.blob;

import static org.assertj.core.api.Assertions.assertThat;

import dev.runyard.service.blob.store.WithBucket;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import org.junit.jupiter.api.Test;

/** Of a bucket. */
@QuarkusTest
@WithTestResource(WithBucket.class)
final class SendersInBucketTest extends SendersContract {
    @Test
    void itIsABucket() {
        assertThat(kept.inBucket()).isTrue();
    }
}
