package dev.runyard.agent;

import dev.runyard.agent.client.ServiceClient;
import dev.runyard.agent.client.ServiceClient.Executor;
import dev.runyard.agent.client.ServiceClient.Registration;
import dev.runyard.agent.client.ServiceFault;
import dev.runyard.agent.device.LocalDevice;
import java.lang.System.Logger.Level;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * This process's place among the lab's workers: registers, stays registered, notices when Temporal moved. Runs on the caller's
 * thread until it is interrupted or told to leave.
 */
final class Membership {
    private static final System.Logger LOG = System.getLogger(Membership.class.getName());
    private static final long LONGEST_PAUSE_MS = 2_000;

    private final ServiceClient service;
    private final String secret;
    private final String host;
    private final String version;
    private final LocalDevice device;
    private volatile @Nullable Registration me;

    Membership(ServiceClient service, String secret, String host, String version, LocalDevice device) {
        this.service = service;
        this.secret = secret;
        this.host = host;
        this.version = version;
        this.device = device;
    }

    /** Another process registered this device; or the service does not accept us at all. */
    static final class Over extends Exception {
        private static final long serialVersionUID = 1L;

        Over(String message) {
            super(message);
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
        while (true) {
            try {
                Registration registered = service.register(secret, host, version, device);
                me = registered;
                LOG.log(
                        Level.INFO,
                        "registered as worker {0}, device {1} ({2})",
                        registered.worker(),
                        registered.device(),
                        device.name());
                return registered;
            } catch (ServiceFault.Unavailable e) {
                if (!said) {
                    LOG.log(Level.INFO, "waiting for the service: {0}", e.getMessage());
                    said = true;
                }
                Thread.sleep(pause);
                pause = Math.min(2 * pause, LONGEST_PAUSE_MS);
            } catch (ServiceFault.Stale | ServiceFault.Refused e) {
                throw new Over("the service refuses this worker: " + e.getMessage()
                        + "; check RUNYARD_WORKER_SECRET and that both are the same version");
            }
        }
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
            throw new Over("another worker took this device over");
        } catch (ServiceFault.Refused e) {
            if (e.status() == 404 || e.status() == 401) {
                me = null; // the lab has forgotten us: a new database, or a new secret
                return null;
            }
            throw new Over("the service refuses this worker's heartbeat: " + e.getMessage());
        }
    }
}
