package dev.runyard.agent;

import dev.runyard.agent.attempt.AttemptRunner;
import dev.runyard.agent.client.ServiceClient;
import dev.runyard.agent.program.Programs;
import dev.runyard.agent.program.Secrets;
import dev.runyard.flows.run.LeaseGrant;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.UUID;

/** One attempt at a program in a process of its own, which a drill may kill: address of the service, run, device, attempt, home. */
final class ProgramWorker {
    private ProgramWorker() {}

    public static void main(String[] arguments) {
        UUID device = UUID.fromString(arguments[2]);
        LeaseGrant grant = new LeaseGrant(UUID.fromString(arguments[1]), Long.parseLong(arguments[3]), device);
        runner(URI.create(arguments[0]), device, Path.of(arguments[4]), System.getenv(), true, Duration.ofSeconds(60))
                .run(grant, step -> {});
    }

    static AttemptRunner runner(
            URI service, UUID device, Path home, Map<String, String> environment, boolean allowed, Duration grace) {
        ServiceClient.Registration me = new ServiceClient.Registration(
                UUID.randomUUID(),
                "worker-token",
                device,
                new ServiceClient.Executor("t", "n", null),
                Duration.ofSeconds(1));
        Secrets secrets = Secrets.of(environment.containsKey("HF_TOKEN") ? "HF_TOKEN" : "", environment);
        String within = environment.get("RUNYARD_COMMANDS_WITHIN");
        return new AttemptRunner(
                new ServiceClient(service),
                () -> me,
                new Programs(
                        new Programs.Rules(
                                allowed,
                                within == null ? null : Path.of(within),
                                secrets,
                                environment,
                                "",
                                home,
                                grace),
                        new CountingTrainer(1, 1, step -> {})),
                home.resolve("work"),
                Duration.ofMinutes(30),
                AttemptRunner.PATIENCE,
                why -> {});
    }
}
