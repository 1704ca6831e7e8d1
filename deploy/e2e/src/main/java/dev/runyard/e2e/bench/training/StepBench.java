package dev.runyard.e2e.bench.training;

/**
 * One training step of PGN + ViT-B/32 (random weights), Runyard against PyTorch 2.7.1 with fused attention, the programs taking turns
 * step by step. Goals: time at most 1.0 of PyTorch's in fp32 and 0.6 with the bf16 option, peak resident memory at most 0.75.
 *
 * <p>Options: see {@link VitBench}.
 */
public final class StepBench {
    private StepBench() {}

    public static void main(String[] arguments) throws Exception {
        VitBench.run(VitBench.Work.STEP, arguments);
    }
}
