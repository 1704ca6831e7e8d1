package dev.runyard.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.runyard.e2e.lab.LabProcess;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import javax.net.ssl.SSLContext;

/** Somebody with the command line on a laptop of their own, who knows the lab's address, their name and their password. */
final class Person {
    private static final Duration SOON = Duration.ofMinutes(5);

    private final Path home;
    private final String name;
    private final String password;
    private final Map<String, String> environment;

    /**
     * @param home an empty folder
     * @param environment of the laptop beside its home
     */
    Person(Path home, String name, Map<String, String> environment) throws IOException {
        this.home = Files.createDirectories(home);
        this.name = name;
        this.password = "of " + name + ", long enough";
        this.environment = environment;
    }

    /** As the page does with the link that somebody sent; then {@code runyard login}. */
    void begin(URI lab, String link, SSLContext trusted) throws IOException, InterruptedException {
        String invitation = link.strip().replaceFirst(".*#invitation=", "");
        HttpResponse<String> chosen = HttpClient.newBuilder()
                .sslContext(trusted)
                .version(HttpClient.Version.HTTP_1_1)
                .build()
                .send(
                        HttpRequest.newBuilder(lab.resolve("/api/v1/sign-in/invitation"))
                                .header("Content-Type", "application/json")
                                .header("Origin", lab.toString())
                                .POST(HttpRequest.BodyPublishers.ofString(new ObjectMapper()
                                        .writeValueAsString(Map.of("invitation", invitation, "password", password))))
                                .build(),
                        HttpResponse.BodyHandlers.ofString());
        assertThat(chosen.statusCode()).as(chosen.body()).isEqualTo(200);
        ProcessBuilder login = command("login", lab.toString(), "--name", name);
        Path typed = Files.writeString(home.resolve("typed"), password + "\n");
        login.redirectInput(typed.toFile());
        LabProcess.Result signedIn = LabProcess.run(login, SOON);
        Files.delete(typed);
        assertThat(signedIn.exit()).as(signedIn.err()).isZero();
        assertThat(signedIn.out()).contains("as " + name);
    }

    /** @return what it printed on standard output */
    String types(String... arguments) throws IOException, InterruptedException {
        LabProcess.Result result = LabProcess.run(command(arguments), SOON);
        assertThat(result.exit())
                .as(name + ": " + List.of(arguments) + ": " + result.err())
                .isZero();
        return result.out().strip();
    }

    /** @return what it printed on standard error, having failed */
    String isRefused(String... arguments) throws IOException, InterruptedException {
        LabProcess.Result result = LabProcess.run(command(arguments), SOON);
        assertThat(result.exit())
                .as(name + ": " + List.of(arguments) + ": " + result.out())
                .isNotZero();
        return result.err();
    }

    /** A file of theirs. */
    String writes(String file, String text) throws IOException {
        return Files.writeString(home.resolve(file), text).toString();
    }

    private ProcessBuilder command(String... arguments) {
        ProcessBuilder builder = new ProcessBuilder(
                LabProcess.repositoryRoot().resolve("deploy/runyard").toString());
        builder.command().addAll(List.of(arguments));
        builder.environment().keySet().removeIf(variable -> variable.startsWith("RUNYARD_"));
        builder.environment().putAll(environment);
        builder.environment().put("RUNYARD_HOME", home.resolve("home").toString());
        builder.environment().put("RUNYARD_BUILD", "never");
        return builder;
    }
}
