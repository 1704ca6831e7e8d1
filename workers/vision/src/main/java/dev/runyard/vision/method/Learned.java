package dev.runyard.vision.method;

import ai.djl.ndarray.NDManager;
import dev.runyard.vision.method.net.State;
import dev.runyard.vision.nd.Tensors;

/** What all methods have in common: the arrays that they own. */
abstract class Learned implements Model {
    private final NDManager manager;
    private Tensors parameters;
    private Tensors buffers;

    /** @param manager of the arrays; closed with the model */
    Learned(NDManager manager, State state) {
        this.manager = manager;
        parameters = new Tensors(state.parameters());
        buffers = buffers(state);
    }

    private Tensors buffers(State state) {
        Tensors counted = new Tensors(state.buffers());
        return state.buffers().isEmpty() ? counted : counted.and(Tensors.one(manager));
    }

    /** Its arrays from here on, for what is as large as the training set; before anything else asks for them. */
    final void own(State state) {
        parameters = new Tensors(state.parameters());
        buffers = buffers(state);
    }

    final NDManager manager() {
        return manager;
    }

    @Override
    public final Tensors parameters() {
        return parameters;
    }

    @Override
    public final Tensors buffers() {
        return buffers;
    }

    @Override
    public void close() {
        manager.close();
    }
}
