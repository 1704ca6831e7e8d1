package dev.runyard.vision.fetch;

import java.io.IOException;
import java.io.InputStream;
import java.net.ConnectException;
import java.net.URI;
import java.net.UnknownHostException;
import java.net.http.HttpClient;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.UnresolvedAddressException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * One file over HTTP. Bytes go to {@code NAME.part}; a cut connection is taken up where it ended (Range), in this call a few times and
 * in later calls again. The whole file is verified before it gets its name. A hash that the publisher states is checked; where none is,
 * the first download's SHA-256 is written to {@code NAME.sha256} and compared from then on.
 */
public final class Download {
    private static final int TRIES = 4;
    private static final long SPARE = 64L << 20;

    private final RemoteFile remote;
    private final Path folder;
    private final Listener listener;
    private final Duration pause;
    private final Duration patience;
    private final HttpClient client;

    /** SHA-256 from the answer's headers, where the server's redirect states it. */
    private @Nullable String linked;

    /** Told of progress. */
    public interface Listener {
        /** @param of bytes of the whole file; -1 while unknown */
        void bytes(String file, long done, long of);
    }

    private Download(RemoteFile remote, Path folder, Listener listener, Duration pause, Duration patience) {
        this.remote = remote;
        this.folder = folder;
        this.listener = listener;
        this.pause = pause;
        this.patience = patience;
        this.client = HttpClient.newBuilder()
                .followRedirects(HttpClient.Redirect.NORMAL)
                .connectTimeout(patience)
                .build();
    }

    /**
     * Fetches the file, unless it is there already and whole.
     *
     * @param folder made when needed
     * @return the file
     * @throws FetchException with a code of {@link FetchException#code}
     */
    public static Path fetch(RemoteFile remote, Path folder, Listener listener)
            throws IOException, InterruptedException {
        return fetch(remote, folder, listener, Duration.ofSeconds(2), Duration.ofSeconds(30));
    }

    /**
     * @param pause between tries
     * @param patience without a byte before a try is given up
     */
    static Path fetch(RemoteFile remote, Path folder, Listener listener, Duration pause, Duration patience)
            throws IOException, InterruptedException {
        return new Download(remote, folder, listener, pause, patience).run();
    }

    private Path run() throws IOException, InterruptedException {
        Files.createDirectories(folder);
        Path file = folder.resolve(remote.file());
        if (Files.exists(file)) {
            verify(file, file);
            listener.bytes(remote.file(), Files.size(file), Files.size(file));
            return file;
        }
        Path part = beside(".part");
        IOException last = null;
        for (int left = TRIES; left > 0; left--) {
            long before = length(part);
            try {
                if (read(part)) {
                    return finished(part, file);
                }
                last = new IOException("the server ended the connection at byte " + length(part));
            } catch (FetchException e) {
                throw e;
            } catch (IOException e) {
                last = named(e);
            }
            if (length(part) > before) {
                left = TRIES;
            }
            Thread.sleep(pause.toMillis());
        }
        throw new FetchException(
                "CUT_OFF",
                remote.address() + " broke off: " + (last == null ? "" : last.getMessage()) + "; " + length(part)
                        + " bytes are kept, the same command goes on from there",
                last == null ? new IOException() : last);
    }

    /** A connection that never was is another fault than one that broke. */
    private IOException named(IOException e) throws FetchException {
        boolean unreached = e instanceof ConnectException
                || e instanceof UnknownHostException
                || e instanceof HttpConnectTimeoutException
                || e.getCause() instanceof UnresolvedAddressException;
        if (unreached) {
            throw new FetchException(
                    "NO_NETWORK",
                    "cannot reach " + URI.create(remote.address()).getHost() + "; connect to the network, or put "
                            + remote.file() + " from " + remote.address() + " into " + folder + " by hand",
                    e);
        }
        return e;
    }

    /** True when the file is whole. */
    private boolean read(Path part) throws IOException, InterruptedException {
        long from = length(part);
        Path tag = beside(".part.tag");
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(remote.address()))
                .header("User-Agent", "runyard")
                .timeout(patience);
        @Nullable String validator = Files.exists(tag) ? Files.readString(tag).strip() : null;
        if (from > 0 && validator != null && !validator.isEmpty()) {
            // If-Range: another file under the same address comes as a whole instead of being glued to the old one.
            request.header("Range", "bytes=" + from + "-").header("If-Range", validator);
        } else if (from > 0) {
            request.header("Range", "bytes=" + from + "-");
        }
        HttpResponse<InputStream> response = client.send(request.build(), HttpResponse.BodyHandlers.ofInputStream());
        try (InputStream body = response.body()) {
            linked = linked(response);
            switch (response.statusCode()) {
                case 200 -> {
                    Files.writeString(tag, validator(response));
                    return copy(
                            body,
                            part,
                            0,
                            response.headers()
                                    .firstValueAsLong("Content-Length")
                                    .orElse(-1));
                }
                case 206 -> {
                    long whole = whole(response, from);
                    return copy(body, part, from, whole);
                }
                case 416 -> {
                    // Nothing is left to send, or what is kept is longer than the file: the hash decides.
                    if (from == total(response)) {
                        return true;
                    }
                    Files.deleteIfExists(part);
                    return false;
                }
                default -> throw refused(response.statusCode());
            }
        }
    }

    private IOException refused(int status) {
        String what = remote.address() + " answers " + status;
        return switch (status) {
            case 404, 410 ->
                new FetchException(
                        "NOT_FOUND", what + ": the file is no longer there; look for it at its publisher's page");
            case 401, 403, 451 ->
                new FetchException("REFUSED", what + ": it needs a sign-in; fetch it by hand into " + folder);
            case 408, 425, 429, 500, 502, 503, 504 -> new IOException(what);
            default -> new FetchException("BAD_ANSWER", what + ", which is neither the file nor a known fault");
        };
    }

    /** A strong tag, else the date; empty when the server gives neither. */
    private static String validator(HttpResponse<?> response) {
        return response.headers()
                .firstValue("ETag")
                .filter(t -> !t.startsWith("W/"))
                .or(() -> response.headers().firstValue("Last-Modified"))
                .orElse("");
    }

    /** Stores of large files state the SHA-256 in the answer that redirects to them. */
    private static @Nullable String linked(HttpResponse<InputStream> response) {
        Optional<HttpResponse<InputStream>> at = Optional.of(response);
        while (at.isPresent()) {
            Optional<String> tag =
                    at.get().headers().firstValue("X-Linked-Etag").map(t -> t.replace("\"", ""));
            if (tag.isPresent() && tag.get().matches("[0-9a-fA-F]{64}")) {
                return tag.get().toLowerCase(Locale.ROOT);
            }
            at = at.get().previousResponse();
        }
        return null;
    }

    private long whole(HttpResponse<?> response, long from) throws FetchException {
        String range = response.headers().firstValue("Content-Range").orElse("");
        if (!range.matches("bytes " + from + "-[0-9]+/([0-9]{1,18}|\\*)")) {
            throw new FetchException(
                    "BAD_ANSWER",
                    remote.address() + " answers with the range \"" + range + "\" when asked for " + from + "-");
        }
        return total(response);
    }

    private static long total(HttpResponse<?> response) {
        String range = response.headers().firstValue("Content-Range").orElse("");
        String total = range.substring(range.lastIndexOf('/') + 1);
        return total.matches("[0-9]{1,18}") ? Long.parseLong(total) : -1;
    }

    private boolean copy(InputStream body, Path part, long from, long whole) throws IOException {
        long expected = whole >= 0 ? whole : remote.size() == null ? -1 : remote.size();
        long usable = Files.getFileStore(folder).getUsableSpace();
        if (expected - from + SPARE > usable) {
            throw new FetchException(
                    "NO_SPACE",
                    remote.file() + " needs " + (expected - from) + " bytes in " + folder + ", where " + usable
                            + " are free; make room, or name another folder with --to");
        }
        long done = from;
        try (Stall stall = new Stall(body, patience);
                FileChannel out = FileChannel.open(part, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
            out.truncate(from).position(from);
            byte[] buffer = new byte[1 << 16];
            for (int n = body.read(buffer); n >= 0; n = body.read(buffer)) {
                ByteBuffer piece = ByteBuffer.wrap(buffer, 0, n);
                while (piece.hasRemaining()) {
                    out.write(piece);
                }
                done += n;
                stall.moved();
                listener.bytes(remote.file(), done, expected);
            }
            out.force(true);
        }
        return expected < 0 || done >= expected;
    }

    /** Closes a body that has not moved for a while: the client itself would wait forever. */
    private static final class Stall implements AutoCloseable {
        private final Thread watch;
        private volatile long moved = System.nanoTime();

        Stall(InputStream body, Duration patience) {
            watch = new Thread(
                    () -> {
                        try {
                            while (System.nanoTime() - moved < patience.toNanos()) {
                                Thread.sleep(Math.max(1, patience.toMillis() / 10));
                            }
                            body.close();
                        } catch (InterruptedException | IOException e) {
                            // The download ended before its patience did.
                        }
                    },
                    "download-stall");
            watch.setDaemon(true);
            watch.start();
        }

        void moved() {
            moved = System.nanoTime();
        }

        @Override
        public void close() {
            watch.interrupt();
        }
    }

    private Path finished(Path part, Path file) throws IOException {
        try {
            verify(part, file);
        } catch (FetchException e) {
            // Kept, it would be taken up again and again.
            Files.deleteIfExists(part);
            Files.deleteIfExists(beside(".part.tag"));
            throw e;
        }
        Files.move(part, file, StandardCopyOption.ATOMIC_MOVE);
        Files.deleteIfExists(beside(".part.tag"));
        return file;
    }

    private void verify(Path actual, Path file) throws IOException {
        long size = Files.size(actual);
        if (remote.size() != null && size != remote.size()) {
            throw new FetchException(
                    "WRONG_HASH",
                    actual + " has " + size + " bytes, not the stated " + remote.size()
                            + "; delete it and fetch it again");
        }
        Hashes hashes = Hashes.of(actual);
        same("SHA-256", hashes.sha256(), remote.sha256(), remote.statedBy(), actual);
        same("MD5", hashes.md5(), remote.md5(), remote.statedBy(), actual);
        same("SHA-256", hashes.sha256(), linked, URI.create(remote.address()).getHost(), actual);
        if (remote.sha256() == null) {
            compareWithFirst(hashes.sha256(), actual, file);
        }
    }

    private static void same(String kind, String actual, @Nullable String stated, @Nullable String statedBy, Path file)
            throws FetchException {
        if (stated != null && !stated.equals(actual)) {
            throw new FetchException(
                    "WRONG_HASH",
                    file + " has the " + kind + " " + actual + ", not " + stated + " as stated by " + statedBy
                            + "; delete it and fetch it again");
        }
    }

    private void compareWithFirst(String sha256, Path actual, Path file) throws IOException {
        Path record = beside(".sha256");
        if (!Files.exists(record)) {
            Files.writeString(record, sha256 + "  " + file.getFileName() + "\n");
            return;
        }
        String first = Files.readString(record).strip();
        if (!first.startsWith(sha256)) {
            throw new FetchException(
                    "CHANGED",
                    actual + " has the SHA-256 " + sha256 + ", but the first download had "
                            + first.replaceFirst("\\s.*", "") + "; delete " + record
                            + " if the publisher changed the file on purpose");
        }
    }

    private Path beside(String ending) {
        return folder.resolve(remote.file() + ending);
    }

    private static long length(Path file) throws IOException {
        return Files.exists(file) ? Files.size(file) : 0;
    }
}
