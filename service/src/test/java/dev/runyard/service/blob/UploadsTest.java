package dev.runyard.service.blob;

import dev.runyard.service.embedded.WithLab;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;

/** Of a folder. */
@QuarkusTest
@QuarkusTestResource(WithLab.class)
final class UploadsTest extends UploadsContract {}
