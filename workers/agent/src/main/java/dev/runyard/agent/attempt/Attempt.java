package dev.runyard.agent.attempt;

import dev.runyard.agent.client.AttemptClient;
import dev.runyard.agent.client.Patience;
import dev.runyard.spec.dataset.StoredPlace;
import dev.runyard.vision.train.report.TrainingListener;
import java.util.List;

/** An attempt as what it carries out sees it, where that is more than a training. */
public interface Attempt extends TrainingListener {
    /** What it may ask of the service. */
    AttemptClient client();

    /** As long as reports are worth waiting for. */
    Patience patience();

    /** What its spec names and the lab has stored. */
    List<StoredPlace> places();

    /**
     * It is at work, and cannot tell how far it is to go.
     *
     * @param step as far as is known here; points that reached the service tell more
     */
    void going(long step);

    /** The last step that is known. */
    long step();
}
