package dev.runyard.agent;

import com.fasterxml.jackson.databind.JsonNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.runyard.flows.run.RunActivities;
import dev.runyard.spec.Sha256;
import dev.runyard.spec.dataset.StoredPlace;
import dev.runyard.spec.json.Json;
import dev.runyard.spec.metric.MetricBatch;
import dev.runyard.spec.metric.MetricPoint;
import dev.runyard.spec.report.CheckpointRef;
import dev.runyard.spec.report.Notice;
import dev.runyard.spec.report.Order;
import dev.runyard.spec.report.Outcome;
import dev.runyard.spec.report.Protocol;
import dev.runyard.spec.run.SpecDocument;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.ThreadLocalRandom;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The worker's side of the service with one run in the heap: tokens, fencing, idempotent points and lines, verified blobs. Can be
 * shut and opened again on the same port, as a service that restarts.
 */
final class LedgerServer implements RunActivities, AutoCloseable {
    static final String SECRET = "enrolment";
    /** The service's, for everything but files. */
    private static final int BODY_LIMIT = 1 << 20;

    private static final Pattern ATTEMPT = Pattern.compile("/api/v1/runs/([^/]+)/attempts/(\\d+)/([a-z]+)");

    final UUID run = UUID.randomUUID();
    final UUID device = UUID.randomUUID();
    private SpecDocument spec = SpecDocument.stored("{\"dataset\":{\"id\":\"shapes\"}}");
    private final int port;
    private HttpServer server;

    private final Map<Long, MetricPoint> points = new TreeMap<>();
    private final Map<Long, String> lines = new TreeMap<>();
    private final Map<String, byte[]> blobs = new HashMap<>();
    private final List<CheckpointRef> checkpoints = new ArrayList<>();
    private final Map<Long, Outcome> ends = new TreeMap<>();
    private final List<Long> resumed = new ArrayList<>();
    private final List<String> faults = new ArrayList<>();
    private final List<Notice> notices = new ArrayList<>();
    private long attempt;
    private long beats;
    private long beatsAtOrder;
    /** Of heartbeats, in their order, each once. */
    private final Set<String> preparing = new LinkedHashSet<>();

    private boolean registered;
    private boolean left;
    private String unfit = "";
    private String lost = "";
    private String temporal = "";
    private Order order = Order.CONTINUE;
    private String word = "";
    private boolean over;
    private boolean revoked;
    private boolean deaf;
    private boolean storeless;
    private long loads;
    private long stored;
    private String without = "";
    private String project = "ours";
    private Map<String, Object> refusal = Map.of();
    private int refusals;
    private Integer protocol = Protocol.SPOKEN.to();
    private List<Long> wanted = List.of();
    private final List<StoredPlace> places = new ArrayList<>();
    private long cutBehind = -1;
    private long muteBehind = -1;
    private boolean muteHead;
    private final CountDownLatch muted = new CountDownLatch(1);
    private long sent;

    LedgerServer() throws IOException {
        port = opened();
    }

    String url() {
        return "http://127.0.0.1:" + port;
    }

    void shut() {
        server.stop(0);
    }

    void reopen() throws IOException {
        open(port);
    }

    /** Below the ports that the system gives to outgoing connections, one of which could take it between shut and reopen. */
    private int opened() throws IOException {
        BindException busy = new BindException();
        for (int attempt = 0; attempt < 100; attempt++) {
            int at = ThreadLocalRandom.current().nextInt(12_000, 32_000);
            try {
                open(at);
                return at;
            } catch (BindException e) {
                busy = e;
            }
        }
        throw busy;
    }

    private void open(int at) throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), at), 0);
        server.setExecutor(Executors.newCachedThreadPool(task -> {
            Thread thread = new Thread(task, "ledger");
            thread.setDaemon(true);
            return thread;
        }));
        server.createContext("/", this::handle);
        server.start();
    }

    /** What attempts are at from now on. */
    synchronized void ask(SpecDocument document) {
        spec = document;
    }

    /** A file that somebody put into the store. */
    synchronized void keep(byte[] file) {
        blobs.put(Sha256.of(file), file);
    }

    /** A file under a name that specs may say. */
    synchronized StoredPlace push(String need, byte[] file) {
        keep(file);
        StoredPlace place =
                new StoredPlace(need, Sha256.of(file), file.length, need.startsWith("dataset:") ? "folder" : null);
        places.removeIf(other -> other.need().equals(need));
        places.add(place);
        return place;
    }

    /** What is stored under that hash is something else from now on. */
    synchronized void rot(String sha256, byte[] other) {
        blobs.put(sha256, other);
    }

    /** The store has nothing any more. */
    synchronized void forgetFiles() {
        blobs.clear();
    }

    /** The connection of the next download ends behind so many bytes. */
    synchronized void cut(long behind) {
        cutBehind = behind;
    }

    /** The line of the next download falls silent behind so many bytes, and stays open. */
    synchronized void mute(long behind) {
        muteBehind = behind;
    }

    /** The next download gets no answer, on a line that stays open. */
    synchronized void mute() {
        muteHead = true;
    }

    /** Attempts are to go on from there. */
    synchronized void offer(CheckpointRef ref) {
        checkpoints.add(ref);
    }

    /** Bytes of files that attempts were sent. */
    synchronized long sent() {
        return sent;
    }

    /** Attempts are of runs of that project from now on. */
    synchronized void of(String other) {
        project = other;
    }

    synchronized long grant() {
        order = Order.CONTINUE;
        over = false; // a person retried it
        return ++attempt;
    }

    /** What is stored of the newest checkpoints rots, as many as are named. */
    synchronized void damage(int newest) {
        for (CheckpointRef ref : checkpoints.subList(checkpoints.size() - newest, checkpoints.size())) {
            ref.files().forEach(file -> blobs.put(file.sha256(), new byte[] {1, 2, 3}));
        }
    }

    /** What heartbeats said is made before the first step, as JSON; empty where one said nothing. */
    synchronized List<String> preparing() {
        return List.copyOf(preparing);
    }

    synchronized void order(Order next) {
        order = next;
        beatsAtOrder = beats;
    }

    /** The next heartbeats' order, in a word of a later version. */
    synchronized void order(String other) {
        word = other;
        beatsAtOrder = beats;
    }

    /** From now on no attempt's token is taken. */
    synchronized void revoke() {
        revoked = true;
    }

    /** Points are not taken for now; everything else is. */
    synchronized void deaf(boolean now) {
        deaf = now;
    }

    /** Files are not taken for now; everything else is. */
    synchronized void storeless(boolean now) {
        storeless = now;
    }

    /** The next registrations, as many as are named, are refused. */
    synchronized void refuse(int times, int status, String code) {
        refusals = times;
        refusal = Map.of("status", status, "code", code, "detail", code);
    }

    /** What the service says that it speaks; null: nothing, as 0.1.0. */
    synchronized void speak(Integer version) {
        protocol = version;
    }

    /** Attempts whose folders are worth keeping. */
    synchronized void want(List<Long> attempts) {
        wanted = attempts;
    }

    /** Starts say so from now on. */
    synchronized void startWithout(String field) {
        without = field;
    }

    synchronized void temporal(String target) {
        temporal = target;
    }

    @Override
    public synchronized boolean over(UUID asked) {
        return over;
    }

    @Override
    public synchronized boolean ended(UUID asked, long number, Outcome outcome) {
        if (number == attempt && ends.putIfAbsent(number, outcome) == null) {
            over = !(outcome instanceof Outcome.GivenBack);
        }
        return over;
    }

    /** What a database would hold by now. */
    record Seen(
            Map<Long, MetricPoint> points,
            String log,
            List<CheckpointRef> checkpoints,
            Map<Long, Outcome> ends,
            List<Long> resumed,
            List<String> faults,
            List<Notice> notices,
            long beats,
            long beatsAtOrder,
            boolean registered,
            boolean left,
            long loads) {
        long newest() {
            return checkpoints.get(checkpoints.size() - 1).step();
        }
    }

    synchronized Seen seen() {
        return new Seen(
                new TreeMap<>(points),
                String.join("\n", lines.values()),
                List.copyOf(checkpoints),
                new TreeMap<>(ends),
                List.copyOf(resumed),
                List.copyOf(faults),
                List.copyOf(notices),
                beats,
                beatsAtOrder,
                registered,
                left,
                loads);
    }

    /** What is stored under that hash. */
    synchronized byte[] file(String sha256) {
        return blobs.get(sha256).clone();
    }

    /** How many files the store has. */
    synchronized int files() {
        return blobs.size();
    }

    /** Bytes of files that were sent. */
    synchronized long stored() {
        return stored;
    }

    private synchronized void fault(String what) {
        faults.add(what);
    }

    @Override
    public void close() {
        muted.countDown();
        server.stop(0);
    }

    private record Answer(int status, byte[] body) {
        static Answer json(Object value) throws IOException {
            return new Answer(200, Json.mapper().writeValueAsBytes(value));
        }

        static Answer problem(int status, String code) throws IOException {
            return new Answer(
                    status, Json.mapper().writeValueAsBytes(Map.of("status", status, "code", code, "detail", code)));
        }
    }

    private void handle(HttpExchange exchange) throws IOException {
        try (exchange) {
            byte[] body = exchange.getRequestBody().readAllBytes();
            Answer answer;
            try {
                answer = answer(
                        exchange.getRequestMethod(),
                        exchange.getRequestURI().getPath(),
                        String.valueOf(exchange.getRequestHeaders().getFirst("Authorization")),
                        body);
            } catch (RuntimeException e) {
                fault(e.toString());
                answer = Answer.problem(422, "BAD");
            }
            if (exchange.getRequestURI().getPath().startsWith("/api/v1/artifacts/")
                    && exchange.getRequestMethod().equals("GET")
                    && answer.status() == 200) {
                file(exchange, answer.body());
                return;
            }
            boolean head = exchange.getRequestMethod().equals("HEAD");
            exchange.sendResponseHeaders(
                    answer.status(), head || answer.body().length == 0 ? -1 : answer.body().length);
            if (!head) {
                exchange.getResponseBody().write(answer.body());
            }
        }
    }

    /** All of it or, as it was asked for, from a byte on; without its end where it is to be cut. */
    private void file(HttpExchange exchange, byte[] whole) throws IOException {
        String range = exchange.getRequestHeaders().getFirst("Range");
        int from = range == null ? 0 : Integer.parseInt(range.replaceAll("bytes=(\\d+)-", "$1"));
        byte[] rest = Arrays.copyOfRange(whole, from, whole.length);
        int length = rest.length;
        boolean mute;
        boolean noHead;
        synchronized (this) {
            noHead = muteHead;
            muteHead = false;
            mute = muteBehind >= 0;
            if (mute) {
                length = (int) Math.min(length, muteBehind);
                muteBehind = -1;
            }
            if (cutBehind >= 0) {
                length = (int) Math.min(length, cutBehind);
                cutBehind = -1;
            }
            sent += length;
        }
        if (noHead) {
            silent();
        }
        exchange.sendResponseHeaders(range == null ? 200 : 206, rest.length == 0 ? -1 : rest.length);
        exchange.getResponseBody().write(rest, 0, length);
        if (mute) {
            exchange.getResponseBody().flush();
            silent();
        }
    }

    /** Until the server is closed. */
    private void silent() throws IOException {
        try {
            muted.await();
        } catch (InterruptedException e) {
            throw new InterruptedIOException();
        }
        throw new IOException("nobody listens any more");
    }

    private synchronized Answer answer(String method, String path, String bearer, byte[] body) throws IOException {
        if (path.startsWith("/api/v1/workers")) {
            return worker(path, bearer, body);
        }
        if (revoked && bearer.startsWith("Bearer attempt-")) {
            return Answer.problem(401, "BAD_TOKEN");
        }
        if (path.startsWith("/api/v1/artifacts/")) {
            loads += method.equals("GET") ? 1 : 0;
            if (storeless) {
                return Answer.problem(503, "SLOW_DOWN");
            }
            return bearer.startsWith("Bearer attempt-")
                    ? blob(method, path.substring(path.lastIndexOf('/') + 1), body)
                    : Answer.problem(401, "BAD_TOKEN");
        }
        if (body.length > BODY_LIMIT) {
            return Answer.problem(413, "TOO_LARGE");
        }
        if (path.equals("/api/v1/runs/" + run + "/metrics")) {
            return deaf ? Answer.problem(503, "UNAVAILABLE") : metrics(Json.read(body, MetricBatch.class), bearer);
        }
        Matcher matcher = ATTEMPT.matcher(path);
        return matcher.matches() && matcher.group(1).equals(run.toString())
                ? attempt(Long.parseLong(matcher.group(2)), matcher.group(3), bearer, body)
                : Answer.problem(404, "NOT_FOUND");
    }

    /** What a worker said of a device that does not work; empty: nothing. */
    synchronized String unfit() {
        return unfit;
    }

    /** What a worker said of a device that stopped working, before any attempt's end; empty: nothing. */
    synchronized String lost() {
        return lost;
    }

    private Answer worker(String path, String bearer, byte[] body) throws IOException {
        if (path.equals("/api/v1/workers/unfit")) {
            if (!bearer.equals("Bearer " + SECRET)) {
                return Answer.problem(401, "BAD_TOKEN");
            }
            unfit = Json.mapper().readTree(body).path("why").asText();
            return new Answer(204, new byte[0]);
        }
        Map<String, String> executor = Map.of("target", temporal, "namespace", "default");
        if (path.equals("/api/v1/workers")) {
            if (!bearer.equals("Bearer " + SECRET)) {
                return Answer.problem(401, "BAD_TOKEN");
            }
            if (refusals > 0) {
                refusals--;
                return new Answer((int) refusal.get("status"), Json.mapper().writeValueAsBytes(refusal));
            }
            registered = true;
            JsonNode offered = Json.mapper().readTree(body).path("devices").path(0);
            Map<String, Object> answer = new HashMap<>(Map.of(
                    "worker",
                    UUID.randomUUID(),
                    "token",
                    "worker-token",
                    "temporal",
                    executor,
                    "heartbeatSeconds",
                    1,
                    "devices",
                    List.of(Map.of("id", device, "key", offered.path("key").asText(), "queue", "device-" + device))));
            if (protocol != null) {
                answer.put("protocol", protocol);
            }
            return Answer.json(answer);
        }
        if (!bearer.equals("Bearer worker-token")) {
            return Answer.problem(401, "BAD_TOKEN");
        }
        if (path.endsWith("/folders")) {
            return Answer.json(Map.of(
                    "keep",
                    wanted.stream()
                            .map(one -> Map.of("run", run, "attempt", one))
                            .toList()));
        }
        if (path.endsWith("/devices/" + device + "/lost") && ends.isEmpty()) {
            lost = Json.mapper().readTree(body).path("why").asText();
        }
        left |= path.endsWith("/leave");
        return Answer.json(Map.of("temporal", executor));
    }

    private Answer attempt(long number, String verb, String bearer, byte[] body) throws IOException {
        if (verb.equals("start")) {
            if (!bearer.equals("Bearer worker-token")) {
                return Answer.problem(401, "BAD_TOKEN");
            }
            if (number != attempt || ends.containsKey(number)) {
                return Answer.problem(409, "STALE_ATTEMPT");
            }
            Map<String, Object> answer = new HashMap<>(
                    Map.of("token", "attempt-" + number, "spec", spec, "specHash", spec.hash(), "grace", 30));
            answer.put("project", project);
            List<CheckpointRef> offered =
                    new ArrayList<>(checkpoints.subList(Math.max(0, checkpoints.size() - 2), checkpoints.size()));
            Collections.reverse(offered);
            answer.put("checkpoints", offered);
            answer.put("places", places);
            answer.remove(without);
            return Answer.json(answer);
        }
        if (!bearer.equals("Bearer attempt-" + number)) {
            return Answer.problem(401, "BAD_TOKEN");
        }
        if (verb.equals("end")) {
            return Answer.json(Map.of("over", ended(run, number, Json.read(body, Outcome.class))));
        }
        if (number != attempt || order == Order.STALE || ends.containsKey(number)) {
            return Answer.problem(409, "STALE_ATTEMPT");
        }
        JsonNode tree = Json.mapper().readTree(body);
        switch (verb) {
            case "heartbeat" -> {
                beats++;
                preparing.add(tree.path("preparing").toString());
                long reached = points.keySet().stream().max(Long::compare).orElse(0L);
                return Answer.json(Map.of("order", word.isEmpty() ? order.name() : word, "step", reached));
            }
            case "resumed", "resume" -> {
                long from = tree.path("step").asLong();
                resumed.add(from);
                points.keySet().removeIf(later -> later > from);
            }
            case "logs" -> {
                long seq = tree.path("from").asLong();
                for (JsonNode line : tree.path("lines")) {
                    lines.putIfAbsent(
                            1_000_000 * number + seq++, line.path("line").asText());
                }
            }
            case "notices" -> notices.add(Json.read(body, Notice.class));
            case "artifacts" -> {} // what is offered is not looked at
            case "checkpoints" -> booked(Json.read(body, CheckpointRef.class));
            default -> throw new IllegalArgumentException(verb);
        }
        return Answer.json(Map.of());
    }

    private void booked(CheckpointRef ref) {
        for (CheckpointRef.File file : ref.files()) {
            if (!blobs.containsKey(file.sha256())) {
                throw new IllegalStateException("MISSING_BLOB " + file.name());
            }
        }
        for (long each = 1; each <= ref.step(); each++) {
            if (!points.containsKey(each)) {
                faults.add("checkpoint " + ref.step() + " came before the point of step " + each);
            }
        }
        checkpoints.removeIf(known -> known.step() == ref.step());
        checkpoints.add(ref);
    }

    private Answer metrics(MetricBatch batch, String bearer) throws IOException {
        if (!bearer.equals("Bearer attempt-" + batch.attempt())) {
            return Answer.problem(401, "BAD_TOKEN");
        }
        if (batch.attempt() != attempt || order == Order.STALE || ends.containsKey(batch.attempt())) {
            return Answer.problem(409, "STALE_ATTEMPT");
        }
        for (MetricPoint point : batch.points()) {
            if (point.key().startsWith("system/program-")) {
                continue; // of what a program takes, in steps of its own
            }
            MetricPoint known = points.putIfAbsent(point.step(), point);
            if (known != null && !known.equals(point)) {
                faults.add("two points of step " + point.step());
            }
        }
        return Answer.json(Map.of("stored", batch.points().size()));
    }

    private Answer blob(String method, String sha256, byte[] body) throws IOException {
        byte[] known = blobs.get(sha256);
        if (method.equals("PUT")) {
            if (!Sha256.of(body).equals(sha256)) {
                return Answer.problem(422, "HASH_MISMATCH");
            }
            blobs.put(sha256, body);
            stored += body.length;
            return new Answer(known == null ? 201 : 200, new byte[0]);
        }
        return known == null ? Answer.problem(404, "NOT_FOUND") : new Answer(200, known);
    }
}
