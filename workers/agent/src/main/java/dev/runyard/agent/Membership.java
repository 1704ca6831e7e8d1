package dev.runyard.agent;

import dev.runyard.agent.client.ServiceClient;
import dev.runyard.agent.client.ServiceClient.Executor;
import dev.runyard.agent.client.ServiceClient.Registration;
import dev.runyard.agent.client.ServiceFault;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * This process's place among the lab's workers: registers, stays registered, notices when Temporal moved. Runs on the caller's
 * thread until it is interrupted or told to leave.
 */
final class Membership {
    private static final System.Logger LOG = System.getLogger(Membership.class.getName());
    private static final long LONGEST_PAUSE_MS = 2_000;

    /** A worker that is gone counts as silent by then. */
    private static final Duration TAKEN_PATIENCE = Duration.ofSeconds(20);

    private final ServiceClient service;
    private final String secret;
    private final ServiceClient.Candidate candidate;
    private final Duration takenPatience;
    private volatile @Nullable Registration me;

    Membership(ServiceClient service, String secret, ServiceClient.Candidate candidate) {
        this(service, secret, candidate, TAKEN_PATIENCE);
    }

    Membership(ServiceClient service, String secret, ServiceClient.Candidate candidate, Duration takenPatience) {
        this.service = service;
        this.secret = secret;
        this.candidate = candidate;
        this.takenPatience = takenPatience;
    }

    /** This process is no worker: another one has the device, or the service does not accept us at all. */
    static final class Over extends Exception {
        private static final long serialVersionUID = 1L;

        private final int exit;

        Over(int exit, String message) {
            super(message);
            this.exit = exit;
        }

        /** 2: as it was set up it cannot work; 3: the device is somebody else's. */
        int exit() {
            return exit;
        }
    }

    /** @throws ServiceFault.Unavailable as long as there is none */
    Registration me() {
        Registration known = me;
        if (known == null) {
            throw new ServiceFault.Unavailable("not registered yet");
        }
        return known;
    }

    /**
     * @param connect called with the first registration and whenever Temporal or the device's id changed; called again when it
     *     throws
     */
    void keep(Consumer<Registration> connect) throws InterruptedException, Over {
        Registration connected = null;
        while (true) {
            Registration now = me == null ? register() : beat(me());
            if (now != null && !now.equals(connected)) {
                try {
                    connect.accept(now);
                    connected = now;
                } catch (RuntimeException e) {
                    LOG.log(
                            Level.WARNING,
                            "Temporal at {0} does not answer: {1}",
                            now.executor().target(),
                            e.getMessage());
                }
            }
            Thread.sleep(
                    connected == null || now == null
                            ? 1_000
                            : connected.heartbeat().toMillis());
        }
    }

    void leave() {
        Registration known = me;
        if (known != null) {
            try {
                service.leave(known);
            } catch (ServiceFault e) {
                LOG.log(Level.INFO, "the service was not told that this worker leaves: {0}", e.getMessage());
            }
        }
    }

    private Registration register() throws InterruptedException, Over {
        long pause = 100;
        boolean said = false;
        long taken = 0;
        while (true) {
            try {
                Registration registered = service.register(secret, candidate);
                me = registered;
                LOG.log(
                        Level.INFO,
                        "registered as worker {0}, device {1} ({2})",
                        registered.worker(),
                        registered.device(),
                        candidate.device().name());
                return registered;
            } catch (ServiceFault.Unavailable e) {
                if (!said) {
                    LOG.log(Level.INFO, "waiting for the service: {0}", e.getMessage());
                    said = true;
                }
                Thread.sleep(pause);
                pause = Math.min(2 * pause, LONGEST_PAUSE_MS);
            } catch (ServiceFault.Refused e) {
                if (!e.code().equals(ServiceClient.TAKEN)) {
                    throw new Over(2, refused(e));
                }
                taken = taken == 0 ? System.nanoTime() | 1 : taken;
                if (System.nanoTime() - taken > takenPatience.toNanos()) {
                    throw new Over(3, "another worker has this device: " + e.getMessage());
                }
                Thread.sleep(LONGEST_PAUSE_MS / 2);
            } catch (ServiceFault.Stale e) {
                throw new Over(2, "the service refuses this worker: " + e.getMessage());
            }
        }
    }

    private static String refused(ServiceFault.Refused e) {
        String remedy =
                switch (e.status()) {
                    case 401 -> "; check RUNYARD_WORKER_SECRET, or join anew by \"runyard worker --enrol\"";
                    case 426 -> "";
                    default -> "; check that both are the same release";
                };
        return "the service refuses this worker: " + e.getMessage() + remedy;
    }

    /** Null while the service is away. */
    private @Nullable Registration beat(Registration known) throws Over {
        try {
            Executor executor = service.heartbeat(known);
            Registration now =
                    new Registration(known.worker(), known.token(), known.device(), executor, known.heartbeat());
            me = now;
            return now;
        } catch (ServiceFault.Unavailable e) {
            return null;
        } catch (ServiceFault.Stale e) {
            throw new Over(3, "another worker took this device over");
        } catch (ServiceFault.Refused e) {
            if (e.status() == 404 || e.status() == 401) {
                me = null; // the lab has forgotten us, or took us for gone: a new database, a new secret, a long
                // silence
                return null;
            }
            throw new Over(2, "the service refuses this worker's heartbeat: " + e.getMessage());
        }
    }
}
