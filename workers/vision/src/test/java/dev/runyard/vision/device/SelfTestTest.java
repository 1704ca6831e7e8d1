package dev.runyard.vision.device;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class SelfTestTest {
    @Test
    void theCpuPassesAll() {
        SelfTest.begin("cpu");
        assertThat(SelfTest.deep("cpu"))
                .allSatisfy(check -> assertThat(check.fault()).as(check.name()).isNull())
                .extracting(SelfTest.Check::name)
                .containsExactly("matrix product", "convolution", "backward pass", "bf16 in one call");
        assertThat(SelfTest.deep("cpu").get(0).gigaflops()).isBetween(0.5, 100_000.0);
    }
}
