package dev.runyard.service.http;

import io.quarkus.vertx.http.runtime.filters.Filters;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What holds for every request before any route sees it, the page's files, live events and health included: the Host is ours (no DNS
 * rebinding), a request that changes something comes from our page or from no page at all, the path has one reading, the body has a
 * known and bounded length; every answer carries the security headers.
 */
@Singleton
class HttpRules {
    /** Most bytes of a JSON body. */
    static final long BODY_LIMIT = 1 << 20;

    private static final String ASSETS = "/assets/";
    private static final String CONTENT_SECURITY =
            "default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; "
                    + "img-src 'self' data:; connect-src 'self'; object-src 'none'; frame-ancestors 'none'; base-uri 'none'; "
                    + "form-action 'self'";

    /** These are listed, not the ones that change something: a method nobody thought of is then not let through. */
    private static final Set<HttpMethod> SAFE = Set.of(HttpMethod.GET, HttpMethod.HEAD, HttpMethod.OPTIONS);

    /** Separators in disguise, path parameters, dot segments, double encoding, control characters. */
    private static final Pattern AMBIGUOUS = Pattern.compile(
            "//|;|\\\\|/\\.{1,2}(/|$)|%(2f|5c|3b|2e|25|0[0-9a-f]|1[0-9a-f]|7f)|[\\x00-\\x20\\x7f]",
            Pattern.CASE_INSENSITIVE);

    private static final Pattern UPLOAD = Pattern.compile(
            "/api/v1/artifacts/[^/]*|/api/2\\.0/(mlflow-artifacts/artifacts/.*|mlflow/upload-artifact)");

    /** A file's path within its run is a label that is decoded once, and names of files do hold a % (%25). */
    private static final Pattern FILE = Pattern.compile("/(ajax-)?api/2\\.0/mlflow-artifacts/artifacts/.*");

    private static final Pattern AMBIGUOUS_FILE = Pattern.compile(
            "//|;|\\\\|/\\.{1,2}(/|$)|%(2f|5c|3b|2e|0[0-9a-f]|1[0-9a-f]|7f|25(2e|2f|5c))|[\\x00-\\x20\\x7f]",
            Pattern.CASE_INSENSITIVE);

    /** Where MLflow's own page asks, which some of its clients do too: the same as under /api. */
    private static final String AJAX = "/ajax-api/";

    /** No file, and none of the service's own prefixes. */
    private static final Pattern PAGE = Pattern.compile(
            "/(?!api(/|$)|ajax-api(/|$)|q(/|$)|(health|version|get-artifact|model-versions/get-artifact)$)[^.]+");

    /** Before it is known who asks. */
    private static final int FIRST = 1_000;

    /** After Quarkus knows (200) and has refused (100) whoever may not ask at all. */
    private static final int KNOWN = 50;

    private final HostRules hosts;
    private final RequestBodies bodies;
    private final Admission admission;
    private final Callers callers;
    private final RefusalWriter refusals;

    @Inject
    HttpRules(HostRules hosts, RequestBodies bodies, Admission admission, Callers callers, RefusalWriter refusals) {
        this.hosts = hosts;
        this.bodies = bodies;
        this.admission = admission;
        this.callers = callers;
        this.refusals = refusals;
    }

    /** The rules come before who asks is looked at (Quarkus does so at 200), bodies and threads after it. */
    void before(@Observes Filters filters) {
        filters.register(this::check, FIRST);
        filters.register(this::bounded, KNOWN);
        filters.register(this::body, KNOWN - 1);
        filters.register(this::admit, KNOWN - 2);
    }

    /** Whatever no route took does not exist. */
    void last(@Observes Router router) {
        router.route()
                .order(Integer.MAX_VALUE)
                .handler(context -> refusals.end(
                        context,
                        Problem.Body.of(404, "NOT_FOUND", "There is nothing at " + context.normalizedPath() + ".")));
    }

    private void check(RoutingContext context) {
        headers(context);
        Problem.Body refusal = refusal(context.request());
        if (refusal != null) {
            refusals.end(context, refusal);
        } else if (context.request().uri().startsWith(AJAX)) {
            context.reroute("/" + context.request().uri().substring("/ajax-".length()));
        } else if (ofThePage(context)) {
            context.reroute("/");
        } else {
            context.next();
        }
    }

    /** A body is whole before anything waits for it; files alone stream. */
    private void body(RoutingContext context) {
        HttpServerRequest request = context.request();
        if (SAFE.contains(request.method())
                || UPLOAD.matcher(path(request.uri())).matches()) {
            context.next();
        } else {
            bodies.read(context, BODY_LIMIT, refusals::end);
        }
    }

    private void admit(RoutingContext context) {
        Admission.Kind kind = Admission.kind(context.request().method().name(), context.normalizedPath());
        if (kind == null) {
            context.next();
        } else if (callers.begins(context, kind)) {
            admission.enter(
                    context,
                    kind,
                    busy -> refusals.end(
                            busy,
                            Problem.Body.of(
                                    503,
                                    "OVERLOADED",
                                    "The service has more requests than it can work on; try again.")));
        }
    }

    /** A stranger is told that and nothing else, so this comes after it is known who asks. */
    private void bounded(RoutingContext context) {
        HttpServerRequest request = context.request();
        Problem.Body refusal = SAFE.contains(request.method()) ? null : body(request, path(request.uri()));
        if (refusal != null) {
            refusals.end(context, refusal);
        } else {
            context.next();
        }
    }

    /** Addresses such as {@code /runs/<id>} exist in the page only; whoever opens one gets the page. */
    private static boolean ofThePage(RoutingContext context) {
        String path = context.normalizedPath();
        HttpMethod method = context.request().method();
        return (method == HttpMethod.GET || method == HttpMethod.HEAD)
                && PAGE.matcher(path).matches();
    }

    private Problem.@Nullable Body refusal(HttpServerRequest request) {
        if (request.headers().getAll(HttpHeaders.HOST).size() > 1) {
            return Problem.Body.of(400, "BAD_HOST", "The request names more than one Host.");
        }
        String host = request.getHeader(HttpHeaders.HOST);
        String authority = host != null
                ? host
                : request.authority() == null ? null : request.authority().toString();
        if (!hosts.allows(authority)) {
            return Problem.Body.of(
                    421,
                    "BAD_HOST",
                    "This lab is not served under that Host; open it as localhost, or list the name in RUNYARD_HOSTS.");
        }
        String path = path(request.uri());
        Pattern ambiguous = FILE.matcher(path).matches() ? AMBIGUOUS_FILE : AMBIGUOUS;
        if (ambiguous.matcher(path).find()) {
            return Problem.Body.of(400, "BAD_PATH", "The path can be read in more than one way.");
        }
        if (!SAFE.contains(request.method()) && foreign(request, authority)) {
            return Problem.Body.of(
                    403, "BAD_ORIGIN", "Only the lab's own page, or a client that is no web page, may do this.");
        }
        return null;
    }

    private boolean foreign(HttpServerRequest request, @Nullable String authority) {
        String site = request.getHeader("Sec-Fetch-Site");
        if (site != null && !site.equals("same-origin") && !site.equals("none")) {
            return true;
        }
        String origin = request.getHeader(HttpHeaders.ORIGIN);
        return origin != null && !hosts.sameOrigin(origin, authority, Addresses.secure(request));
    }

    private static Problem.@Nullable Body body(HttpServerRequest request, String path) {
        if (UPLOAD.matcher(path).matches()) {
            return null;
        }
        if (request.getHeader(HttpHeaders.TRANSFER_ENCODING) != null) {
            return Problem.Body.of(411, "LENGTH_REQUIRED", "Send the body with a Content-Length.");
        }
        String length = request.getHeader(HttpHeaders.CONTENT_LENGTH);
        if (length != null && (length.length() > 12 || Long.parseLong(length) > BODY_LIMIT)) {
            return Problem.tooLarge("A body may have at most " + BODY_LIMIT + " bytes.", BODY_LIMIT)
                    .body();
        }
        return null;
    }

    private static String path(String uri) {
        String path = uri;
        if (!path.startsWith("/")) {
            int slash = path.indexOf('/', path.indexOf("://") + 3);
            path = slash < 0 ? "/" : path.substring(slash);
        }
        int query = path.indexOf('?');
        return query < 0 ? path : path.substring(0, query);
    }

    /** Put in just before the head is written, so that a route with stricter ones of its own keeps them. */
    private static void headers(RoutingContext context) {
        context.addHeadersEndHandler(ready -> {
            var headers = context.response().headers();
            absent(headers, "Content-Security-Policy", CONTENT_SECURITY);
            absent(headers, "X-Content-Type-Options", "nosniff");
            absent(headers, "Referrer-Policy", "no-referrer");
            absent(headers, "Cross-Origin-Opener-Policy", "same-origin");
            absent(headers, "Cross-Origin-Resource-Policy", "same-origin");
            if (Addresses.secure(context.request())) {
                absent(headers, "Strict-Transport-Security", "max-age=31536000");
            }
            if (context.normalizedPath().startsWith("/api/")
                    || context.normalizedPath().equals("/get-artifact")) {
                absent(headers, "Cache-Control", "no-store");
            } else if (!context.normalizedPath().startsWith(ASSETS)) {
                // The page names the assets of this version; they carry their hash in their names and may be kept,
                // nothing else may.
                headers.set(HttpHeaders.CACHE_CONTROL, "no-cache");
            }
        });
    }

    private static void absent(io.vertx.core.MultiMap headers, String name, String value) {
        if (!headers.contains(name)) {
            headers.set(name, value);
        }
    }
}
