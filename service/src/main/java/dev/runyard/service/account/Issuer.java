package dev.runyard.service.account;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.runyard.service.boot.Sso;
import dev.runyard.service.http.Problem;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What the lab asks an OpenID Connect issuer, and what it believes of the answers (OpenID Connect Core 1.0 §3.1.3.7). An ID token comes
 * over TLS from the issuer itself, which stands for its signature there (number 6). The issuer is looked for when somebody signs in, not at the start: one that is away keeps nobody else out.
 */
final class Issuer {
    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final int LARGEST = 1 << 18;
    private static final ObjectMapper JSON = new ObjectMapper();

    private final Sso sso;
    private final HttpClient http = HttpClient.newBuilder()
            .connectTimeout(PATIENCE)
            .followRedirects(HttpClient.Redirect.NEVER)
            .build();
    private volatile @Nullable JsonNode document;

    Issuer(Sso sso) {
        this.sso = sso;
    }

    /**
     * Who the issuer says it is.
     *
     * @param subject its name for the person, for good
     * @param name that the person goes by
     */
    record Person(String subject, String name, List<String> groups) {}

    /** Where the browser goes to sign in. */
    URI authorize(URI back, String state, String nonce, String challenge) {
        return URI.create(endpoint("authorization_endpoint") + "?"
                + form(Map.of(
                        "response_type",
                        "code",
                        "client_id",
                        sso.client(),
                        "redirect_uri",
                        back.toString(),
                        "scope",
                        "openid profile groups",
                        "state",
                        state,
                        "nonce",
                        nonce,
                        "code_challenge",
                        challenge,
                        "code_challenge_method",
                        "S256")));
    }

    /** @throws Problem 401 where the issuer does not vouch for it */
    Person exchange(URI back, String code, String verifier, String nonce) {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(endpoint("token_endpoint")))
                .timeout(PATIENCE)
                .header("Content-Type", "application/x-www-form-urlencoded")
                .header("Accept", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(form(Map.of(
                        "grant_type",
                        "authorization_code",
                        "code",
                        code,
                        "redirect_uri",
                        back.toString(),
                        "client_id",
                        sso.client(),
                        "code_verifier",
                        verifier))));
        sso.secret()
                .ifPresent(secret -> request.header(
                        "Authorization",
                        "Basic "
                                + Base64.getEncoder()
                                        .encodeToString((encode(sso.client()) + ":" + encode(secret))
                                                .getBytes(StandardCharsets.UTF_8))));
        return claims(answer(request.build()).path("id_token").asText(""), nonce);
    }

    private Person claims(String token, String nonce) {
        String[] parts = token.split("\\.", 4);
        JsonNode claims;
        try {
            claims = parts.length == 3
                    ? JSON.readTree(Base64.getUrlDecoder().decode(parts[1]))
                    : JSON.createObjectNode();
        } catch (IOException | IllegalArgumentException e) {
            throw refused("its token cannot be read");
        }
        List<String> audience = texts(claims.path("aud"));
        if (!claims.path("iss")
                .asText("")
                .replaceFirst("/$", "")
                .equals(sso.issuer().toString())) {
            throw refused("its token is of another issuer");
        }
        if (!audience.contains(sso.client())
                || audience.size() > 1 && !claims.path("azp").asText("").equals(sso.client())) {
            throw refused("its token is for somebody else");
        }
        if (!Instant.now()
                .minusSeconds(60)
                .isBefore(Instant.ofEpochSecond(claims.path("exp").asLong(0)))) {
            throw refused("its token is over");
        }
        if (!claims.path("nonce").asText("").equals(nonce)
                || claims.path("sub").asText("").isEmpty()) {
            throw refused("its token answers another question");
        }
        String name = claims.path("preferred_username")
                .asText(claims.path("email").asText(claims.path("sub").asText()));
        return new Person(sso.issuer() + "|" + claims.path("sub").asText(), name, texts(claims.path("groups")));
    }

    private static List<String> texts(JsonNode node) {
        List<String> texts = new ArrayList<>();
        if (node.isTextual()) {
            texts.add(node.textValue());
        }
        node.forEach(one -> texts.add(one.asText()));
        return texts;
    }

    private String endpoint(String name) {
        JsonNode known = document;
        if (known == null) {
            known = answer(HttpRequest.newBuilder(URI.create(sso.issuer() + "/.well-known/openid-configuration"))
                    .timeout(PATIENCE)
                    .build());
            if (!known.path("issuer")
                    .asText("")
                    .replaceFirst("/$", "")
                    .equals(sso.issuer().toString())) {
                throw refused("it calls itself " + known.path("issuer").asText("nothing"));
            }
            document = known;
        }
        String endpoint = known.path(name).asText("");
        if (!endpoint.startsWith(sso.issuer().getScheme() + "://")) {
            throw refused("it names no " + name);
        }
        return endpoint;
    }

    private JsonNode answer(HttpRequest request) {
        try {
            HttpResponse<String> answer = http.send(request, HttpResponse.BodyHandlers.ofString());
            if (answer.statusCode() != 200 || answer.body().length() > LARGEST) {
                throw refused("it answers " + answer.statusCode());
            }
            return JSON.readTree(answer.body());
        } catch (JsonProcessingException e) {
            throw refused("its answer is no JSON");
        } catch (IOException e) {
            throw Problem.of(
                    503,
                    "ISSUER_AWAY",
                    "The institution's sign-in at " + sso.issuer()
                            + " does not answer; those with a password of this lab can sign in.");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw Problem.of(503, "UNAVAILABLE", "The service is stopping.");
        }
    }

    private static Problem refused(String why) {
        return Problem.of(401, "NOT_VOUCHED_FOR", "The institution's sign-in did not say who you are: " + why + ".");
    }

    private static String form(Map<String, String> fields) {
        return fields.entrySet().stream()
                .map(field -> field.getKey() + "=" + encode(field.getValue()))
                .sorted()
                .collect(Collectors.joining("&"));
    }

    private static String encode(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }
}
