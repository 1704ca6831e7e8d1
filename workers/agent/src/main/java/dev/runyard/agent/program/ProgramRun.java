package dev.runyard.agent.program;

import dev.runyard.agent.attempt.Attempt;
import dev.runyard.agent.client.AttemptClient;
import dev.runyard.spec.report.Notice;
import dev.runyard.spec.report.Order;
import dev.runyard.spec.report.Outcome;
import dev.runyard.spec.run.FailureReason;
import dev.runyard.spec.run.Program;
import dev.runyard.spec.run.SpecDocument;
import dev.runyard.vision.fetch.Authorities;
import dev.runyard.vision.train.report.TrainingFailure;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** One attempt at a program: what it needs, its processes, its checkpoints, its end. */
final class ProgramRun {
    private static final Duration LOOK = Duration.ofMillis(200);
    private static final long IMAGE_NANOS = 5_000_000_000L;
    private static final Duration SAMPLE = Duration.ofSeconds(5);

    private static final System.Logger LOG = System.getLogger(ProgramRun.class.getName());

    /** With less than this free, a disk is full for whoever writes. */
    private static final long LEAST_FREE = 16L << 20;

    /** In which a heartbeat has told how far the last points go. */
    private static final Duration COUNTED = Duration.ofMillis(2_500);

    private final SpecDocument document;
    private final Program program;
    private final Path dir;
    private final Attempt attempt;
    private final Programs.Rules rules;
    private final String mark;
    private long images;
    private boolean full;

    /** Whether people were told that it is, and not yet that it is no more. */
    private boolean toldFull;

    ProgramRun(SpecDocument document, Path dir, Attempt attempt, Programs.Rules rules) {
        this.document = document;
        this.program = document.spec().program();
        this.dir = dir.toAbsolutePath().normalize();
        this.attempt = attempt;
        this.rules = rules;
        this.mark = mark(attempt.client());
    }

    private static String mark(AttemptClient client) {
        return client.grant().run() + "/" + client.grant().attempt();
    }

    /** @throws TrainingFailure for what is not to be had here */
    Outcome run() throws IOException, InterruptedException {
        if (!rules.allowed()) {
            throw refused("this worker runs no programs; its owner allows them with RUNYARD_COMMANDS=true");
        }
        if (rules.within() != null && !Files.isExecutable(rules.within())) {
            throw refused("RUNYARD_COMMANDS_WITHIN: " + rules.within() + " is no executable file any more");
        }
        Map<String, String> secrets;
        try {
            secrets = rules.secrets().of(program.secretNames());
        } catch (IllegalArgumentException e) {
            throw refused(String.valueOf(e.getMessage()));
        }
        Leftovers.kill(attempt.client().grant());
        Path code = Code.bring(program.code(), dir.resolve("code"), rules.home(), attempt);
        Path cwd = cwd(code);
        CheckpointFolder checkpoints = new CheckpointFolder(
                dir.resolve("kept"),
                dir.resolve("checkpoints"),
                document.hash(),
                attempt::log,
                attempt::notice,
                System::nanoTime);
        CheckpointFolder.Restored restored = checkpoints.restore();
        Long resume = restored == null ? null : restored.marked();
        Map<String, String> environment = environment(secrets, resume);
        UnaryOperator<String> masked = Secrets.mask(masked(secrets.values()));
        if (program.setup() != null) {
            Setup setup = new Setup(program.setup(), attempt.client().project(), code, cwd, rules);
            Outcome unfit = setup.make(
                    environment,
                    attempt::order,
                    (command, folder, variables) -> supervised(
                            ProcessGroup.start(rules.whole(command), folder, variables, mark), masked, null, null));
            if (unfit != null) {
                return unfit;
            }
        }
        // Where it goes on nobody knows without a marker: what it measures again takes the place of what was measured
        // there.
        attempt.resumed(restored == null ? -1 : restored.step());
        attempt.going(0);
        try (Consumption consumption =
                new Consumption(rules.devices(), restored == null ? 0 : restored.step(), SAMPLE)) {
            return ended(supervised(started(cwd, environment), masked, checkpoints, consumption), checkpoints);
        } finally {
            tidy();
        }
    }

    /** What the program wrote beside what is kept serves no later attempt, which has folders of its own. */
    private void tidy() {
        try {
            Folders.delete(dir.resolve("code"));
            Folders.delete(dir.resolve("kept"));
        } catch (IOException e) {
            LOG.log(Level.WARNING, "the files of a program stay in {0}: {1}", dir, e.toString());
        }
    }

    private ProcessGroup started(Path cwd, Map<String, String> environment) throws IOException {
        return ProcessGroup.start(rules.whole(program.arguments()), cwd, environment, mark);
    }

    private static TrainingFailure refused(String why) {
        return new TrainingFailure(FailureReason.SETUP, why);
    }

    private Path cwd(Path code) {
        Path cwd = program.cwd() == null ? code : code.resolve(program.cwd()).normalize();
        if (!Files.isDirectory(cwd)) {
            throw refused("cwd: there is no folder " + program.cwd()
                    + (program.code() == null ? " on this machine" : " in the code"));
        }
        return cwd;
    }

    private Collection<String> masked(Collection<String> secrets) {
        List<String> out = new ArrayList<>(secrets);
        out.add(attempt.client().token());
        return out;
    }

    private Map<String, String> environment(Map<String, String> secrets, @Nullable Long resume) {
        AttemptClient client = attempt.client();
        String service = client.service().toString().replaceAll("/$", "");
        Map<String, String> out = new TreeMap<>(Secrets.open(rules.environment()));
        out.put("PYTHONUNBUFFERED", "1");
        out.put("CUDA_VISIBLE_DEVICES", rules.devices());
        out.putAll(program.environment());
        out.putAll(secrets);
        out.put("RUNYARD_URL", service);
        out.put("RUNYARD_TOKEN", client.token());
        out.put("RUNYARD_RUN_ID", client.grant().run().toString());
        out.put("RUNYARD_ATTEMPT", Long.toString(client.grant().attempt()));
        out.put("RUNYARD_CHECKPOINT_DIR", dir.resolve("kept").toString());
        out.put("RUNYARD_SEED", Long.toString(program.seed()));
        if (resume != null) {
            out.put("RUNYARD_RESUME_STEP", resume.toString());
        }
        String authority =
                rules.environment().getOrDefault(Authorities.VARIABLE, "").strip();
        if (!authority.isEmpty()) {
            out.put(Authorities.VARIABLE, authority);
            out.put("MLFLOW_TRACKING_SERVER_CERT_PATH", authority);
        }
        out.put("MLFLOW_TRACKING_URI", service);
        out.put("MLFLOW_TRACKING_TOKEN", client.token());
        out.put("MLFLOW_RUN_ID", client.grant().run().toString().replace("-", ""));
        return out;
    }

    /**
     * How a process ended.
     *
     * @param order what it was told meanwhile; CONTINUE: nothing
     * @param killed whether it did not end in the time that it was given
     * @param traceback see {@link Output#traceback}
     * @param diskFull see {@link Output#diskFull}
     */
    record End(int exit, Order order, boolean killed, boolean traceback, boolean diskFull) {
        boolean signalled() {
            return exit > ProcessGroup.SIGNALLED;
        }

        /** In words. */
        String said() {
            if (!signalled()) {
                return "exit code " + exit;
            }
            int signal = exit - ProcessGroup.SIGNALLED;
            return "signal " + signal + (signal == 9 ? " (SIGKILL, which the system sends when memory runs out)" : "");
        }
    }

    /** Looks after the processes until all of them are gone. */
    private End supervised(
            ProcessGroup group,
            UnaryOperator<String> masked,
            @Nullable CheckpointFolder checkpoints,
            @Nullable Consumption consumption)
            throws IOException, InterruptedException {
        Output output = new Output(masked, attempt::log, System::nanoTime);
        Thread reading = new Thread(
                () -> {
                    try {
                        output.read(group.output());
                    } catch (IOException e) {
                        // its end
                    }
                },
                "output");
        reading.setDaemon(true);
        reading.start();
        try (group) {
            End end = awaited(group, checkpoints, consumption);
            group.kill(); // what the program left behind
            reading.join(5_000);
            output.finish();
            return new End(end.exit(), end.order(), end.killed(), output.traceback(), output.diskFull());
        }
    }

    private End awaited(ProcessGroup group, @Nullable CheckpointFolder checkpoints, @Nullable Consumption consumption)
            throws IOException, InterruptedException {
        Order told = Order.CONTINUE;
        long until = 0;
        boolean killed = false;
        long imaged = System.nanoTime();
        long sampled = System.nanoTime();
        while (!group.await(LOOK)) {
            Order order = attempt.order();
            if (order != Order.CONTINUE && (told == Order.CONTINUE || order == Order.CANCEL || order == Order.STALE)) {
                boolean first = told == Order.CONTINUE;
                if (first || order != told) {
                    until = System.nanoTime() + grace(order).toNanos();
                }
                if (first && order != Order.STALE) {
                    attempt.log("asked to end (SIGTERM)");
                    group.terminate();
                }
                told = order;
            }
            if (told != Order.CONTINUE && !killed && System.nanoTime() > until) {
                attempt.log("did not end in time, so it was ended (SIGKILL)");
                killed = true;
                group.kill();
            }
            if (checkpoints != null && told == Order.CONTINUE && System.nanoTime() - imaged > IMAGE_NANOS) {
                image(checkpoints, false);
                imaged = System.nanoTime();
            }
            if (consumption != null && System.nanoTime() - sampled > SAMPLE.toNanos()) {
                attempt.points(consumption.sample(group.members(), attempt.step()));
                sampled = System.nanoTime();
            }
        }
        return new End(group.exit(), told, killed, false, false);
    }

    /** A cancelled program has no state to save; a stale one nothing to say. */
    private Duration grace(Order order) {
        return switch (order) {
            case STALE -> Duration.ZERO;
            case CANCEL -> Duration.ofSeconds(Math.min(3, rules.grace().toSeconds()));
            default -> rules.grace();
        };
    }

    private Outcome ended(End end, CheckpointFolder checkpoints) throws IOException, InterruptedException {
        if (end.order() == Order.STALE || end.order() == Order.CANCEL) {
            return new Outcome.GivenBack(step(), Outcome.Cause.PREEMPTED); // which it was, is known elsewhere
        }
        // Ended by SIGTERM alone it was asked to; what ends it in the middle of a write leaves files that are not
        // whole.
        boolean whole = !end.signalled() || end.exit() == ProcessGroup.SIGNALLED + 15 && !end.killed();
        long free = Files.getFileStore(dir).getUsableSpace();
        if (whole && !checkpoints.marks()) {
            Thread.sleep(COUNTED.toMillis());
        }
        image(checkpoints, whole);
        if (end.order() != Order.CONTINUE) {
            return new Outcome.GivenBack(step(), Outcome.Cause.PREEMPTED);
        }
        if (end.exit() == 0 && full) {
            // Its result would be lost with this worker's folder; elsewhere it goes on from what was kept before.
            return new Outcome.Failed(
                    step(),
                    FailureReason.DISK_FULL,
                    "the program ended with exit code 0, but what it wrote last into its checkpoint folder cannot be kept:"
                            + " the disk of this worker is full; free some on this machine, or let the program keep less");
        }
        if (end.exit() == 0) {
            if (end.traceback()) {
                attempt.log("note: the program ended with exit code 0, though the last that it printed is of an"
                        + " exception that nothing caught");
            }
            return new Outcome.Finished(step());
        }
        if (full || end.diskFull() || free < LEAST_FREE) {
            return new Outcome.Failed(
                    step(),
                    FailureReason.DISK_FULL,
                    "the program ended with " + end.said() + " for want of disk space (" + (free >> 20)
                            + " MiB were free below this worker's home); free some on this machine, or let the program write less");
        }
        return new Outcome.Failed(
                step(),
                FailureReason.PROGRAM,
                "the program ended with " + end.said() + "; the end of its log says more");
    }

    private void image(CheckpointFolder checkpoints, boolean whole) throws IOException {
        long step = Math.max(attempt.step(), images + 1);
        Optional<CheckpointFolder.Taken> image;
        try {
            image = checkpoints.take(whole, step);
            full = false;
        } catch (IOException e) {
            if (!TrainingFailure.diskFull(e)) {
                throw e;
            }
            // The program may yet make room, or end well; what it kept before stays.
            full = true;
            if (!toldFull) {
                toldFull = true;
                attempt.notice(new Notice(
                        Notice.Kind.DISK_FULL,
                        "the checkpoint folder of step " + step + " cannot be kept: the disk of this worker is full ("
                                + e.getMessage()
                                + "); the program goes on, and what was kept before stays: free space on"
                                + " the worker's disk"));
            }
            return;
        }
        image.ifPresent(taken -> {
            images = step;
            if (toldFull) {
                toldFull = false;
                attempt.notice(
                        new Notice(Notice.Kind.DISK_FREED, "the checkpoint folder of step " + step + " is kept"));
            }
            attempt.log("kept the checkpoint folder: " + taken.ref().files().size() + " files");
            attempt.checkpoint(taken.folder(), taken.ref());
            attempt.going(images);
        });
    }

    private long step() {
        return Math.max(attempt.step(), images);
    }
}
