package dev.runyard.service.boot;

import java.net.URI;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;

/**
 * A bucket of an S3-compatible server that keeps the blobs: {@code RUNYARD_ARTIFACTS=s3://BUCKET/FOLDER}.
 *
 * @param bucket must exist
 * @param folder what every key begins with; empty, or ends with a slash
 * @param endpoint of the server ({@code RUNYARD_S3_ENDPOINT}); empty: Amazon's own of the region
 * @param region what requests are signed for ({@code RUNYARD_S3_REGION}); empty: {@code AWS_REGION}, or us-east-1
 * @param keys who the lab is there ({@code RUNYARD_S3_ACCESS_KEY}, {@code RUNYARD_S3_SECRET_KEY}); empty: Amazon's
 *     variables of a key, its credentials file, or the role of a container or machine
 */
public record ObjectStore(
        String bucket, String folder, Optional<URI> endpoint, Optional<String> region, Optional<Keys> keys) {
    private static final String SCHEME = "s3://";

    /** A pair; its text never shows the secret one. */
    public record Keys(String access, String secret) {
        @Override
        public String toString() {
            return access;
        }
    }

    static boolean named(String artifacts) {
        return artifacts.toLowerCase(Locale.ROOT).startsWith(SCHEME);
    }

    /** @throws StartFailure naming the variable, its value, the rule and what to write */
    static Optional<ObjectStore> read(Function<String, Optional<String>> given) {
        Optional<String> artifacts = given.apply("artifacts");
        if (artifacts.filter(ObjectStore::named).isEmpty()) {
            artifacts
                    .filter(text -> text.matches("[A-Za-z][A-Za-z0-9+.-]+://.*"))
                    .ifPresent(text -> {
                        throw new StartFailure(
                                "RUNYARD_ARTIFACTS is \"" + text + "\", which is neither a folder nor a bucket",
                                "write a folder, or s3://BUCKET, and the server's address into RUNYARD_S3_ENDPOINT");
                    });
            for (String name : new String[] {"endpoint", "region", "access.key", "secret.key"}) {
                given.apply("s3." + name).ifPresent(value -> {
                    throw new StartFailure(
                            variable(name) + " is set, and RUNYARD_ARTIFACTS is "
                                    + artifacts.map(text -> "\"" + text + "\"").orElse("not set")
                                    + " and names no bucket",
                            "write RUNYARD_ARTIFACTS=s3://BUCKET, or leave " + variable(name) + " out");
                });
            }
            return Optional.empty();
        }
        String[] place = artifacts.get().substring(SCHEME.length()).split("/", 2);
        if (!place[0].matches("[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")) {
            throw new StartFailure(
                    "RUNYARD_ARTIFACTS is \"" + artifacts.get()
                            + "\"; a bucket has 3 to 63 lower-case letters, digits, dots and dashes",
                    "write s3://BUCKET, or s3://BUCKET/FOLDER");
        }
        String folder = place.length == 1 ? "" : place[1].replaceAll("/+$", "");
        if (!folder.matches("([A-Za-z0-9_.-]+(/[A-Za-z0-9_.-]+)*)?")) {
            throw new StartFailure(
                    "RUNYARD_ARTIFACTS is \"" + artifacts.get()
                            + "\"; the folder in a bucket has letters, digits, dots, dashes and underscores, with single slashes between",
                    "write s3://BUCKET/FOLDER");
        }
        return Optional.of(new ObjectStore(
                place[0],
                folder.isEmpty() ? "" : folder + "/",
                given.apply("s3.endpoint").map(ObjectStore::address),
                given.apply("s3.region"),
                keys(given.apply("s3.access.key"), given.apply("s3.secret.key"))));
    }

    private static URI address(String text) {
        try {
            URI uri = URI.create(text);
            if (uri.getHost() != null
                    && ("https".equals(uri.getScheme()) || "http".equals(uri.getScheme()))
                    && uri.getRawUserInfo() == null
                    && uri.getRawQuery() == null) {
                return uri;
            }
        } catch (IllegalArgumentException e) {
            // Falls through to the one message.
        }
        throw new StartFailure(
                "RUNYARD_S3_ENDPOINT is \"" + text.replaceAll("//[^/@]*@", "//…@")
                        + "\", which is no address of a server",
                "write it as https://s3.example.org or http://s3:9000, without keys in it");
    }

    private static Optional<Keys> keys(Optional<String> access, Optional<String> secret) {
        if (access.isPresent() != secret.isPresent()) {
            String there = variable(access.isPresent() ? "access.key" : "secret.key");
            String missing = variable(access.isPresent() ? "secret.key" : "access.key");
            throw new StartFailure(
                    there + " is set without " + missing + ", and neither opens a bucket alone",
                    "set both, or neither where AWS_ACCESS_KEY_ID, a credentials file or a role gives them");
        }
        return access.map(key -> new Keys(key, secret.orElseThrow()));
    }

    private static String variable(String name) {
        return "RUNYARD_S3_" + name.toUpperCase(Locale.ROOT).replace('.', '_');
    }

    /** As in {@code RUNYARD_ARTIFACTS}. */
    @Override
    public String toString() {
        return SCHEME + bucket + (folder.isEmpty() ? "" : "/" + folder.substring(0, folder.length() - 1));
    }
}
