package dev.runyard.vision.device;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.runyard.spec.InvalidSpec;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What is chosen on which machine; the machines are a program and files, seen by processes of their own. */
@Timeout(180)
class DevicesTest {
    @TempDir
    Path folder;

    private StandIn machine() {
        return new StandIn(folder);
    }

    private StandIn equipped() throws Exception {
        return machine().gpus(StandIn.A100, StandIn.SECOND).natives("2.7.1", "12.6");
    }

    @Test
    void theCpuIsAlwaysThere() {
        LocalDevice cpu = Devices.here(Map.of(), folder).choose("cpu").device();
        assertThat(cpu.key()).isEqualTo("cpu");
        assertThat(cpu.spelled()).isEqualTo("cpu");
        assertThat(cpu.memoryBytes()).isGreaterThan(1L << 28);
        assertThat(Devices.here(Map.of(), folder).choose("cpu").natives())
                .isEqualTo(new Natives("cpu", "2.7.1", null, ""));
    }

    /** What Slurm gave of a machine, for example; nobody has more than the machine. */
    @Test
    void theCpuHasTheMemoryThatIsOurs() {
        long all = Devices.machineMemory(Map.of());
        assertThat(Devices.here(Map.of("RUNYARD_MEMORY", "96MiB"), folder)
                        .cpu()
                        .device()
                        .memoryBytes())
                .isEqualTo(96L << 20);
        assertThat(Devices.machineMemory(Map.of("RUNYARD_MEMORY", "999TiB"))).isEqualTo(all);
        assertThat(Devices.machineMemory(Map.of("RUNYARD_MEMORY", " "))).isEqualTo(all);
        for (String bad : List.of("96", "0MiB", "-1GiB", "much", "96MB")) {
            assertThatThrownBy(() -> Devices.machineMemory(Map.of("RUNYARD_MEMORY", bad)))
                    .isInstanceOf(InvalidSpec.class)
                    .hasMessageContainingAll("RUNYARD_MEMORY", bad, "is no amount of memory", "write it as 64GiB");
        }
    }

    @Test
    void whatIsNoDeviceIsRefused() {
        for (String bad : List.of("gpu", "cuda:", "cuda:-1", "0", "cuda:x", "cpu:0")) {
            assertThatThrownBy(() -> Devices.here(Map.of(), folder).choose(bad))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("device \"" + bad + "\" is not one of auto, cpu, cuda or cuda:N");
        }
    }

    @Test
    void severalAreOfOneKind() {
        Devices devices = Devices.here(Map.of(), folder);
        assertThat(devices.chooseEach("cpu, cpu"))
                .extracting(choice -> choice.device().spelled())
                .containsExactly("cpu", "cpu");
        for (String bad : List.of("cpu,cuda:0", "cuda:0,cuda:0", "cuda,cuda", "cpu,", "auto,cpu")) {
            assertThatThrownBy(() -> devices.chooseEach(bad))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("devices \"" + bad
                            + "\": several are different CUDA devices by number, as in cuda:0,cuda:1, or cpu,cpu");
        }
    }

    @Test
    void withoutADriverAutoIsTheCpuAndCudaIsRefused() throws Exception {
        assertThat(machine().choose("auto")).containsExactly("cpu cpu");
        assertThat(machine().choose("cuda:0")).containsExactly("refused", "there is no cuda:0 here; choose one of cpu");
    }

    @Test
    void autoIsTheFirstDeviceThatWorks() throws Exception {
        assertThat(equipped().choose("auto")).containsExactly("cuda:0 GPU-4c5f");
        assertThat(equipped().choose("cuda:1")).containsExactly("cuda:1 GPU-99aa");
        assertThat(equipped().choose("cuda:2"))
                .containsExactly("refused", "there is no cuda:2 here; choose one of cpu, cuda:0, cuda:1");
    }

    /** As Slurm sets it; what it hides does not exist here. */
    @Test
    void cudaVisibleDevicesIsObeyed() throws Exception {
        assertThat(equipped().set("CUDA_VISIBLE_DEVICES", "1").choose("auto")).containsExactly("cuda:0 GPU-99aa");
        assertThat(equipped().set("CUDA_VISIBLE_DEVICES", "GPU-99aa,0").choose("cuda:1"))
                .containsExactly("cuda:1 GPU-4c5f");
        assertThat(equipped().set("CUDA_VISIBLE_DEVICES", "").choose("auto")).containsExactly("cpu cpu");
        assertThat(equipped().set("CUDA_VISIBLE_DEVICES", "1").choose("cuda:1"))
                .containsExactly(
                        "refused",
                        "there is no cuda:1 here; choose one of cpu, cuda:0 (1 more hidden by CUDA_VISIBLE_DEVICES)");
    }

    @Test
    void aDriverWithoutNativesIsSaidAndTheCpuServes() throws Exception {
        StandIn bare = machine().gpus(StandIn.A100);
        String why =
                "cuda:0 (NVIDIA A100): libtorch 2.7.1 for CUDA is not installed; run \"runyard natives install --cuda\"";
        assertThat(bare.choose("auto")).containsExactly("cpu cpu", why);
        assertThat(bare.choose("cuda")).containsExactly("refused", why);
    }

    @Test
    void nativesOfAnotherVersionAreSaid() throws Exception {
        assertThat(machine()
                        .gpus(StandIn.A100)
                        .natives("2.6.0", "12.6")
                        .choose("cuda:0")
                        .get(1))
                .contains("holds torch 2.6.0 and 2.7.1 is needed", "runyard natives install --cuda");
        // PYTORCH_VERSION alone does not make the bridge fit
        assertThat(machine()
                        .set("PYTORCH_VERSION", "2.6.0")
                        .gpus(StandIn.A100)
                        .natives("2.6.0", "12.6")
                        .choose("cuda")
                        .get(1))
                .contains("the bridge that comes with Runyard is for 2.7.1");
        // one of the person's own beside libtorch does
        Files.writeString(folder.resolve("torch/lib/libdjl_torch.so"), "");
        assertThat(machine().set("PYTORCH_VERSION", "2.6.0").gpus(StandIn.A100).choose("cuda"))
                .containsExactly("cuda:0 GPU-4c5f");
    }

    @Test
    void nativesWithoutCudaOrOfNothingAreSaid() throws Exception {
        StandIn machine = equipped();
        Files.delete(folder.resolve("torch/lib/libtorch_cuda.so"));
        assertThat(machine.choose("cuda:0").get(1)).contains("holds a libtorch without CUDA");
        Files.delete(folder.resolve("torch/lib/libtorch.so"));
        assertThat(machine.choose("cuda:0").get(1)).contains("holds no libtorch.so");
    }

    @Test
    void aDriverThatIsTooOldIsSaid() throws Exception {
        StandIn old = machine()
                .natives("2.7.1", "12.6")
                // does not know the two newest fields, and says so with exit code 2
                .smi(
                        "case \"$*\" in *compute_cap*) echo 'Field \"compute_cap\" is not a valid field to query.'; exit 2;; esac\n"
                                + "echo 'GPU-4c5f, Tesla V100, 16384, 16000, 0, 450.80.02'");
        assertThat(old.choose("cuda").get(1))
                .contains(
                        "the NVIDIA driver 450.80.02 is too old for CUDA 12.6, which needs 525.60.13; update the driver");
    }

    @Test
    void blackwellNeedsAnotherBuild() throws Exception {
        String line = "GPU-b200, NVIDIA B200, 183359, 183000, 0, 570.86.15, 10.0, Disabled";
        assertThat(machine().gpus(line).natives("2.7.1", "12.6").choose("auto"))
                .satisfiesExactly(device -> assertThat(device).isEqualTo("cpu cpu"), note -> assertThat(note)
                        .contains("compute capability 10.0 needs a torch 2.7.1 built for CUDA 12.8", "is for 12.6"));
        assertThat(machine().gpus(line).natives("2.7.1", "12.8").choose("auto")).containsExactly("cuda:0 GPU-b200");
        String volta = "GPU-v100, Tesla V100, 16384, 16000, 0, 550.54.14, 7.0, [N/A]";
        assertThat(machine().gpus(volta).natives("2.7.1", "12.8").choose("cuda").get(1))
                .contains("compute capability 7.0 needs a torch built for CUDA 12.6");
    }

    @Test
    void aDeviceThatIsFullIsPassedOver() throws Exception {
        StandIn busy = machine()
                .natives("2.7.1", "12.6")
                .gpus("GPU-4c5f, NVIDIA A100, 81920, 300, 0, 550.54.14, 8.0, Disabled", StandIn.SECOND);
        assertThat(busy.choose("auto"))
                .satisfiesExactly(device -> assertThat(device).isEqualTo("cuda:1 GPU-99aa"), note -> assertThat(note)
                        .contains("only 0.3 of 80 GiB are free"));
        assertThat(busy.choose("cuda:0").get(1)).contains("only 0.3 of 80 GiB are free");
    }

    @Test
    void aDriverThatFailsIsSaidWithItsOwnWords() throws Exception {
        StandIn broken = machine()
                .smi("echo \"NVIDIA-SMI has failed because it couldn't communicate with the NVIDIA driver.\"; exit 9");
        assertThat(broken.choose("auto"))
                .satisfiesExactly(device -> assertThat(device).isEqualTo("cpu cpu"), note -> assertThat(note)
                        .contains("couldn't communicate with the NVIDIA driver", "install or load"));
        assertThat(broken.choose("cuda:0").get(1)).contains("there is no cuda:0 here", "couldn't communicate");
    }

    /** A GPU that fell off the bus leaves a program that never ends, with children that hold its output. */
    @Test
    void aDriverThatHangsHoldsNobody() throws Exception {
        StandIn hangs = machine().smi("sleep 100 & exec sleep 100");
        long begin = System.nanoTime();
        assertThat(hangs.choose("auto"))
                .satisfiesExactly(device -> assertThat(device).isEqualTo("cpu cpu"), note -> assertThat(note)
                        .contains("gave no answer within 15 s", "hangs"));
        assertThat((System.nanoTime() - begin) / 1e9).isBetween(14.0, 45.0);
        begin = System.nanoTime();
        assertThat(hangs.choose("cpu")).containsExactly("cpu cpu");
        assertThat((System.nanoTime() - begin) / 1e9).isLessThan(14.0);
    }

    @Test
    void sharesAreDevicesOfTheirOwn() {
        LocalDevice whole = new LocalDevice("GPU-1", "cuda", "A100", 80L << 30, 1, 0, null);
        assertThat(whole.share(1, 1)).isEqualTo(whole);
        assertThat(whole.share(1, 4).key()).isEqualTo("GPU-1");
        assertThat(whole.share(3, 4))
                .isEqualTo(new LocalDevice("GPU-1/3", "cuda", "A100, share 3 of 4", 20L << 30, 1, 0, null));
    }

    @Test
    void whatAHomeRemembersIsReadOrRefused() throws Exception {
        assertThat(Natives.remembered(folder)).isEmpty();
        Natives.remember(folder, Path.of("/somewhere/torch/lib"));
        assertThat(Natives.remembered(folder)).contains("/somewhere/torch/lib");
        Files.writeString(folder.resolve("natives.json"), "{\"libr");
        assertThatThrownBy(() -> Natives.remembered(folder))
                .hasMessageContaining("natives.json cannot be read")
                .hasMessageContaining("runyard natives install --cuda");
    }
}
