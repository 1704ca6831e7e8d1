package dev.runyard.cli.remote;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.runyard.cli.terminal.Failure;
import dev.runyard.cli.terminal.Table;
import java.io.IOException;
import java.net.ConnectException;
import java.net.UnknownHostException;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.nio.channels.UnresolvedAddressException;
import javax.net.ssl.SSLException;

/** What a lab's answer, or the lack of one, means to whoever typed the command. */
final class LabAnswer {
    /** Of what takes long. */
    static final String LINES = "application/x-ndjson";

    private static final ObjectMapper JSON = new ObjectMapper();

    private LabAnswer() {}

    /**
     * The tree of a good answer.
     *
     * @throws Failure exit code 2 where what was asked is refused, 1 where the lab, its age or the way to it is at fault
     */
    static JsonNode of(String url, HttpResponse<String> response) {
        int status = response.statusCode();
        if (status / 100 == 2) {
            return tree(url, response.body());
        }
        throw refused(url, response, status, response.body());
    }

    /** The last of lines, of which those before were signs of life; or what {@link #of} makes of another answer. */
    static JsonNode last(String url, HttpResponse<String> response) {
        boolean lines = response.headers().firstValue("Content-Type").orElse("").startsWith(LINES);
        if (!lines || response.statusCode() / 100 != 2) {
            return of(url, response);
        }
        String body = response.body().stripTrailing();
        JsonNode last = tree(url, body.substring(body.lastIndexOf('\n') + 1));
        if (last.isEmpty()) {
            throw none(url, new IOException("the end is missing"));
        }
        if (last.has("problem")) {
            JsonNode problem = last.path("problem");
            throw refused(url, response, problem.path("status").asInt(500), problem.toString());
        }
        return last;
    }

    /** Whether it is refused for this. */
    static boolean says(HttpResponse<String> response, String code) {
        try {
            return response.statusCode() / 100 == 4
                    && JSON.readTree(response.body()).path("code").asText().equals(code);
        } catch (JsonProcessingException e) {
            return false; // of something that stands before the lab
        }
    }

    private static Failure refused(String url, HttpResponse<String> response, int status, String body) {
        if (status / 100 == 3) {
            String to = response.headers().firstValue("Location").orElse("nowhere");
            return Failure.fault(
                    "the lab at " + url + " answers " + status + " and points to " + cut(to),
                    "set RUNYARD_URL to the lab's own address");
        }
        String line = told(url, status, body);
        return switch (status) {
            case 401 ->
                Failure.badInput(
                        line,
                        "sign in with \"runyard login URL\"; on the lab's own machine, run it as the account that started"
                                + " the lab, with the same RUNYARD_HOME");
            case 403 ->
                Failure.badInput(
                        line,
                        "a maintainer of the project or an administrator of the lab can do it, or give you the role that may");
            case 426 -> Failure.fault(line, "install the lab's version of the command line");
            case 408, 429 -> Failure.fault(line, "try again later");
            default ->
                status / 100 == 4
                        ? Failure.badInput(line, null)
                        : Failure.fault(line, "see the service's log, or try again");
        };
    }

    /** A field that every answer of this kind has. */
    static String required(String url, JsonNode answer, String field) {
        JsonNode value = answer.path(field);
        if (!value.isTextual() || value.textValue().isEmpty()) {
            throw Failure.fault(
                    "the answer of " + url + " has no " + field, "check that a Runyard lab is at that address");
        }
        return value.textValue();
    }

    static JsonNode tree(String url, String body) {
        try {
            JsonNode tree = body.isBlank() ? JSON.createObjectNode() : JSON.readTree(body);
            if (tree.isContainerNode()) {
                return tree;
            }
        } catch (JsonProcessingException e) {
            // Falls through to the one message.
        }
        String looks = body.stripLeading().startsWith("<") ? "a web page" : "cut off or no JSON";
        throw Failure.fault(
                "the answer of " + url + " is " + looks, "check that a Runyard lab is at that address, or try again");
    }

    /** No answer came. */
    static Failure none(String url, IOException e) {
        String remedy = "check that it runs (\"runyard up\"), or name another by RUNYARD_URL";
        return Failure.fault("the lab at " + url + " " + why(e), remedy, e);
    }

    private static String why(IOException e) {
        for (Throwable cause = e; cause != null; cause = cause.getCause()) {
            if (cause instanceof UnresolvedAddressException || cause instanceof UnknownHostException) {
                return "has a host name that nobody knows";
            }
        }
        if (e instanceof HttpTimeoutException) {
            return "does not answer in time";
        }
        if (e instanceof ConnectException) {
            return "does not answer (connection refused)";
        }
        return e instanceof SSLException ? "cannot be spoken to over TLS" : "broke off its answer, or speaks no HTTP";
    }

    private static String told(String url, int status, String body) {
        JsonNode problem;
        try {
            problem = tree(url, body);
        } catch (Failure e) {
            problem = JSON.createObjectNode();
        }
        // Trackers that are no Runyard lab say it as MLflow does.
        String otherwise = problem.path("message").asText("the lab at " + url + " answers " + status);
        String detail = cut(problem.path("detail").asText(otherwise));
        String code = cut(problem.path("code").asText(""));
        return code.isEmpty() ? detail : code + ": " + detail;
    }

    private static String cut(String text) {
        String printable = Table.printable(text);
        return printable.length() > 1_000 ? printable.substring(0, 1_000) + "…" : printable;
    }
}
