package dev.runyard.cli.lab;

import dev.runyard.cli.terminal.Failure;
import java.io.IOException;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code runyard token}. */
@Command(
        name = "token",
        description = "Print what opens this account's lab: the token of a person. Whoever has it may do everything.")
public final class TokenCommand implements Callable<Integer> {
    @Option(names = "--url", description = "Print the address that signs a browser in.")
    boolean url;

    @Option(
            names = "--header",
            description = "Print it as a request's header, for \"curl -H @-\", so that no command line shows it.")
    boolean header;

    @Option(
            names = "--new",
            description = "Make another one: the old one, and every browser that it signed in, is out within a second.")
    boolean fresh;

    @Override
    public Integer call() throws IOException {
        LabHome home = LabHome.ofEnvironment();
        if (fresh) {
            home.renewToken();
        }
        String token = home.token()
                .orElseThrow(() -> Failure.fault(
                        "no lab has run on " + home.folder() + " yet",
                        "start one with \"runyard up\", or set RUNYARD_HOME"));
        if (url) {
            LabHome.Running running = home.running()
                    .orElseThrow(
                            () -> Failure.fault("no lab runs on " + home.folder(), "start it with \"runyard up\""));
            System.out.println(home.signIn(running.url() + "/"));
        } else {
            System.out.println(header ? "Authorization: Bearer " + token : token);
        }
        return 0;
    }
}
