package dev.runyard.e2e.bench.training;

/**
 * Images a second through PGN + ViT-B/32 (random weights) in evaluation, Runyard against PyTorch 2.7.1 with fused attention, the
 * programs taking turns batch by batch. Goals: at least 1.0 of PyTorch's in fp32 and 1.9 with the bf16 option.
 *
 * <p>Options: see {@link VitBench}.
 */
public final class EvaluateBench {
    private EvaluateBench() {}

    public static void main(String[] arguments) throws Exception {
        VitBench.run(VitBench.Work.EVALUATE, arguments);
    }
}
