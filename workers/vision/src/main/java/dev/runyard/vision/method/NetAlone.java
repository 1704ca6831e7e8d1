package dev.runyard.vision.method;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import dev.runyard.spec.model.MethodSpec;
import dev.runyard.vision.method.net.Init;
import dev.runyard.vision.method.net.InputResize;
import dev.runyard.vision.method.net.SmallNet;
import dev.runyard.vision.method.net.State;
import dev.runyard.vision.nd.Tensors;
import java.io.IOException;

/** The PGN's small network by itself, with one output a class: no backbone (paper Table 1). */
final class NetAlone extends Learned {
    static final Method<MethodSpec.BackboneAlone> METHOD = new Method<>(
            MethodSpec.BackboneAlone.class,
            (spec, making) -> of(spec, making.manager(), making.seed(), making.classes()),
            (spec, sizes) -> SmallNet.of(spec.net(), spec.crop(), spec.hidden()).parameters(null, sizes.classes()));

    private final InputResize resize;

    private NetAlone(NDManager manager, State state, InputResize resize) {
        super(manager, state);
        this.resize = resize;
    }

    static NetAlone of(MethodSpec.BackboneAlone spec, NDManager manager, long seed, int classes) throws IOException {
        SmallNet net = SmallNet.of(spec.net(), spec.crop(), spec.hidden());
        Init init = new Init(manager, seed);
        net.init(init);
        init.linear(net.output(), net.features(), classes);
        net.begin(State.of(init), spec.netWeights());
        return new NetAlone(manager, State.of(init), new InputResize(spec.resolution(), false));
    }

    @Override
    public NDArray scores(Tensors leaves, NDArray pixels, boolean training) {
        Tensors w = leaves.and(buffers());
        return SmallNet.in(w).outputs(w, resize.apply(pixels), training);
    }

    @Override
    public void close() {
        resize.close();
        super.close();
    }
}
