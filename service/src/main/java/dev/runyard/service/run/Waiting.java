package dev.runyard.service.run;

import dev.runyard.service.http.Problem;
import dev.runyard.spec.run.Placement;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Answers "why is this run waiting?"; the scheduler does. */
public interface Waiting {
    /** A worker is lost when it was not heard for so long, in seconds of Postgres time. */
    int SILENT_SECONDS = 15;

    /** Whether worker {@code w} is heard, as SQL; null where there is none. */
    String HEARD = "w.left_at is null and w.last_seen > now() - interval '" + SILENT_SECONDS + " seconds'";

    /** One sentence for each of the runs that waits. Those that do not are absent. */
    Map<UUID, String> of(List<RunView> runs);

    /** The same for one run, with its place in the queue and, where that is known, when; null: it does not wait. */
    @Nullable
    String of(RunView run);

    /**
     * A placement that some device known to the lab could satisfy, be it lost or busy now; a lab that knows no device yet takes any. Names
     * that no host offers are waited for, unless they are a slip.
     *
     * @param needs as {@link dev.runyard.spec.run.Needs} has them
     * @throws Problem 422 UNSATISFIABLE that says what none has, UNKNOWN_NAME for what is all but the name of shipped weights
     */
    void possible(@Nullable Placement placement, Collection<String> needs);
}
