package dev.runyard.service.boot;

import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Optional;

/**
 * Where the page and the API listen.
 *
 * @param host the address listened on
 * @param name under which this machine's own processes ask: one that the certificate is for, where there is one
 */
public record HttpAddress(String host, int port, boolean tls, String name) {

    public static HttpAddress choose(LabConfig config) {
        int wanted = config.port().orElse(LabConfig.DEFAULT_PORT);
        if (!Ports.busy(config.bind(), wanted)) {
            return of(config, wanted);
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
            return of(config, free);
        } catch (IOException e) {
            throw new StartFailure("no port is free", "set RUNYARD_PORT", e);
        }
    }

    private static HttpAddress of(LabConfig config, int port) {
        Optional<CertificatePair> pair = config.border().pair();
        String bind = config.bind();
        // Nobody can ask at "every address of this machine".
        String own = bind.equals("0.0.0.0") ? "127.0.0.1" : bind.equals("::") ? "::1" : bind;
        String spelled = own.contains(":") ? "[" + own + "]" : own;
        String name = pair.map(CertificatePair::names)
                .filter(names -> !names.contains(spelled))
                .flatMap(names -> config.hosts().stream().findFirst().or(() -> names.stream()
                        .findFirst()))
                .orElse(spelled);
        return new HttpAddress(bind, port, pair.isPresent(), name);
    }

    public static boolean loopback(String host) {
        try {
            return InetAddress.getByName(host).isLoopbackAddress();
        } catch (UnknownHostException e) {
            throw new StartFailure("RUNYARD_BIND is \"" + host + "\", which is no address", "use 127.0.0.1", e);
        }
    }

    public String url() {
        return (tls ? "https://" : "http://") + name + ":" + port;
    }
}
