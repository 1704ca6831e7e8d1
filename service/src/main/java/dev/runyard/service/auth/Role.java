package dev.runyard.service.auth;

/** What a caller may be; each route names those it answers, and a route that names none answers nobody. */
public final class Role {
    /** Who shows the home's token, or the cookie that it became. */
    public static final String PERSON = "person";

    /** A worker that has no token of its own yet, and shows the lab's worker secret. */
    public static final String ENROLMENT = "enrolment";

    /** A registered worker. */
    public static final String WORKER = "worker";

    /** One attempt at one run. */
    public static final String ATTEMPT = "attempt";

    private Role() {}
}
