package dev.runyard.service.boot;

import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Optional;

/** Where the page and the API listen. */
public record HttpAddress(String host, int port, boolean tls) {

    public static HttpAddress choose(LabConfig config) {
        int wanted = config.port().orElse(LabConfig.DEFAULT_PORT);
        if (!Ports.busy(config.bind(), wanted)) {
            return new HttpAddress(
                    config.bind(), wanted, config.border().certificate().isPresent());
        }
        Optional<Long> holder = Ports.holder(wanted);
        String who = holder.map(pid -> " by process " + pid).orElse("");
        if (config.port().isPresent()) {
            throw new StartFailure(
                    "port " + wanted + " is in use" + who, "stop that process, or set RUNYARD_PORT to a free port");
        }
        try {
            int free = Ports.free();
            System.err.println("runyard: port " + wanted + " is in use" + who + "; using " + free);
            return new HttpAddress(
                    config.bind(), free, config.border().certificate().isPresent());
        } catch (IOException e) {
            throw new StartFailure("no port is free", "set RUNYARD_PORT", e);
        }
    }

    public static boolean loopback(String host) {
        try {
            return InetAddress.getByName(host).isLoopbackAddress();
        } catch (UnknownHostException e) {
            throw new StartFailure("RUNYARD_BIND is \"" + host + "\", which is no address", "use 127.0.0.1", e);
        }
    }

    public String url() {
        return (tls ? "https://" : "http://") + host + ":" + port;
    }
}
