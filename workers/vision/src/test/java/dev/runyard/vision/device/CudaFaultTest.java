package dev.runyard.vision.device;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CudaFaultTest {
    /** What the CUDA runtime's and libtorch's errors say. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "libcuda.so.1: cannot open shared object file: No such file or directory|NO_DRIVER|true",
                "CUDA error: no CUDA-capable device is detected|NO_DRIVER|true",
                "CUDA driver version is insufficient for CUDA runtime version|DRIVER_TOO_OLD|true",
                "CUDA error: no kernel image is available for execution on the device|WRONG_NATIVES|true",
                "CUDA error: all CUDA-capable devices are busy or unavailable|BUSY|true",
                "CUDA error: uncorrectable ECC error encountered|LOST|true",
                "CUDA error: unknown error|LOST|true",
                "CUDA error: device-side assert triggered|PROGRAM|false",
                "CUDA error: an illegal memory access was encountered|PROGRAM|false",
                "cuDNN error: CUDNN_STATUS_EXECUTION_FAILED|PROGRAM|false"
            })
    void errorsAreTold(String message, CudaFault fault, boolean ofTheDevice) {
        Throwable wrapped = new IllegalStateException("training", new RuntimeException(message));
        assertThat(CudaFault.in(wrapped)).contains(fault);
        assertThat(fault.ofTheDevice()).isEqualTo(ofTheDevice);
        assertThat(CudaFault.line(wrapped)).contains(message).doesNotContain("\n");
    }

    @Test
    void whatIsNoFaultOfADeviceIsNone() {
        assertThat(CudaFault.in(new RuntimeException("CUDA out of memory. Tried to allocate 2.00 GiB")))
                .isEmpty();
        assertThat(CudaFault.in(new RuntimeException("CUDA error: out of memory")))
                .isEmpty();
        assertThat(CudaFault.in(new RuntimeException("no such file"))).isEmpty();
        assertThat(CudaFault.in(new RuntimeException((String) null))).isEmpty();
    }
}
