package dev.runyard.e2e;

import static org.junit.jupiter.api.Assumptions.abort;

import dev.runyard.e2e.lab.LabProcess;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** The distribution's Slurm and munge, on loopback, with this machine as the one node. Jobs of the partition {@code first} take the place of those of {@code small}, which
 * are queued again. */
final class OwnSlurm implements AutoCloseable {
    /** Of the node, whatever this machine has. */
    static final int MEBIBYTES = 4_000;

    private static final Duration SOON = Duration.ofMinutes(1);
    private static final int KEY_BYTES = 1_024;

    private static final String CONF = """
            ClusterName=runyard
            SlurmctldHost=HOST(127.0.0.1)
            SlurmctldPort=%d
            SlurmdPort=%d
            CommunicationParameters=NoInAddrAny,NoCtldInAddrAny
            AuthType=auth/munge
            AuthInfo=socket=STATE/munge/socket
            CredType=cred/munge
            SlurmUser=root
            SlurmdUser=root
            StateSaveLocation=STATE/controller
            SlurmdSpoolDir=STATE/node
            SlurmctldPidFile=STATE/controller.pid
            SlurmdPidFile=STATE/node.pid
            SlurmctldLogFile=STATE/controller.log
            SlurmdLogFile=STATE/node.log
            MailProg=/bin/true
            ProctrackType=proctrack/linuxproc
            TaskPlugin=task/none
            JobAcctGatherType=jobacct_gather/none
            AccountingStorageType=accounting_storage/none
            SelectType=select/cons_tres
            SelectTypeParameters=CR_CPU_Memory
            MpiDefault=none
            SwitchType=switch/none
            ReturnToService=2
            MinJobAge=3600
            NodeName=HOST NodeAddr=127.0.0.1 CPUs=%d RealMemory=%d State=UNKNOWN
            PreemptType=preempt/partition_prio
            PreemptMode=REQUEUE
            PartitionName=small Nodes=ALL Default=YES MaxTime=INFINITE State=UP PriorityTier=1
            PartitionName=first Nodes=ALL MaxTime=INFINITE State=UP PriorityTier=2
            """;

    private final Path state;
    private final Path conf;
    private final List<Process> daemons = new ArrayList<>();

    private OwnSlurm(Path state, Path conf) {
        this.state = state;
        this.conf = conf;
    }

    /** Waits until its node is idle; skips the test where there is no Slurm, or this account may not be its administrator. */
    static OwnSlurm start(Path folder) throws IOException, InterruptedException {
        String path = System.getenv().getOrDefault("PATH", "");
        for (String program : List.of("sbatch", "/usr/sbin/slurmctld", "/usr/sbin/slurmd", "/usr/sbin/munged")) {
            if (Stream.of(path.split(":"))
                    .noneMatch(there -> Files.isExecutable(Path.of(there).resolve(program)))) {
                abort("skipped: there is no " + program
                        + " here; the distribution's packages slurm-wlm and munge have it");
            }
        }
        if (!System.getProperty("user.name").equals("root")) {
            abort("skipped: a node's daemon starts jobs as their accounts, which takes root");
        }
        Path state = Files.createDirectories(folder.resolve("slurm"));
        for (String own : List.of("controller", "node", "munge")) {
            Files.createDirectories(state.resolve(own));
        }
        String host = InetAddress.getLocalHost().getHostName().replaceFirst("\\..*", "");
        Path conf = Files.writeString(
                state.resolve("slurm.conf"),
                CONF.formatted(
                                LabProcess.freePort(),
                                LabProcess.freePort(),
                                Runtime.getRuntime().availableProcessors(),
                                MEBIBYTES)
                        .replace("HOST", host)
                        .replace("STATE", state.toString()));
        Files.writeString(state.resolve("cgroup.conf"), "CgroupPlugin=cgroup/v1\n"); // which nothing above uses
        OwnSlurm slurm = new OwnSlurm(state, conf);
        try {
            slurm.munge();
            slurm.daemon("slurmctld", "-D", "-f", conf.toString());
            slurm.daemon("slurmd", "-D", "-f", conf.toString());
            slurm.await("slurmd", () -> slurm.says("sinfo", "--noheader", "--partition=small", "--format=%T")
                    .equals("idle"));
            return slurm;
        } catch (IOException | InterruptedException | RuntimeException e) {
            slurm.close();
            throw e;
        }
    }

    private void munge() throws IOException, InterruptedException {
        byte[] key = new byte[KEY_BYTES];
        new SecureRandom().nextBytes(key);
        Path file = state.resolve("munge.key");
        Files.createFile(file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        Files.write(file, key);
        Path socket = state.resolve("munge/socket");
        daemon(
                "munged",
                "--foreground",
                "--force", // this folder is for its owner alone, and so is its socket
                "--socket=" + socket,
                "--key-file=" + file,
                "--log-file=" + state.resolve("munge/log"),
                "--pid-file=" + state.resolve("munge/pid"),
                "--seed-file=" + state.resolve("munge/seed"));
        await("munged", () -> Files.exists(socket));
    }

    private void daemon(String name, String... arguments) throws IOException {
        ProcessBuilder builder = new ProcessBuilder("/usr/sbin/" + name);
        builder.command().addAll(List.of(arguments));
        builder.environment().putAll(environment());
        daemons.add(builder.redirectErrorStream(true)
                .redirectOutput(state.resolve(name + ".out").toFile())
                .start());
    }

    /** What a daemon does in a moment. */
    @FunctionalInterface
    private interface Sign {
        boolean there() throws IOException, InterruptedException;
    }

    private void await(String daemon, Sign sign) throws IOException, InterruptedException {
        for (int tries = 0; !sign.there(); tries++) {
            if (tries > 300) {
                throw new IOException(daemon + " did not come up: " + Files.readString(state.resolve(daemon + ".out")));
            }
            Thread.sleep(100);
        }
    }

    /** Of whoever calls its commands. */
    Map<String, String> environment() {
        return Map.of("SLURM_CONF", conf.toString());
    }

    /** What one of its commands printed. */
    String says(String... command) throws IOException, InterruptedException {
        ProcessBuilder builder = new ProcessBuilder(command);
        builder.environment().putAll(environment());
        return LabProcess.run(builder, SOON).out().strip();
    }

    /** Numbers of the jobs that wait or run. */
    List<String> jobs() throws IOException, InterruptedException {
        return says("squeue", "--noheader", "--format=%i")
                .lines()
                .map(String::strip)
                .toList();
    }

    /** Such as {@code RUNNING}, {@code COMPLETED}, also of one that is over. */
    String state(String job) throws IOException, InterruptedException {
        return says("scontrol", "show", "job", job).replaceFirst("(?s).*JobState=(\\w+).*", "$1");
    }

    /** Its jobs first, which Slurm ends within half a minute: what is left of them would outlive it. */
    @Override
    public void close() throws InterruptedException {
        try {
            says("scancel", "--user", System.getProperty("user.name"));
            for (int tries = 0; tries < 400 && !jobs().isEmpty(); tries++) {
                Thread.sleep(100);
            }
        } catch (IOException e) {
            // it is gone; so are its jobs, or the node's daemon ends them
        }
        for (int i = daemons.size() - 1; i >= 0; i--) {
            Process daemon = daemons.get(i);
            List<ProcessHandle> all = daemon.descendants().toList();
            daemon.destroy();
            if (!daemon.waitFor(20, TimeUnit.SECONDS)) {
                daemon.destroyForcibly().waitFor();
            }
            all.forEach(ProcessHandle::destroyForcibly);
        }
    }
}
