package dev.runyard.service.auth;

/** What a caller may be; each route names those it answers, and a route that names none answers nobody. */
public final class Role {
    /** A person of the lab, who looks at what the projects are that person is a member of. */
    public static final String PERSON = "person";

    /** Who works in a project at least: queues, and changes what is their own. In which ones, the database knows. */
    public static final String RESEARCHER = "researcher";

    /** Who keeps a project at least: changes everything in it, and says who its members are. */
    public static final String MAINTAINER = "maintainer";

    /** Who keeps the lab: accounts, projects, devices. */
    public static final String ADMINISTRATOR = "administrator";

    /** A worker that has no token of its own yet, and shows the lab's worker secret. */
    public static final String ENROLMENT = "enrolment";

    /** A registered worker. */
    public static final String WORKER = "worker";

    /** One attempt at one run. */
    public static final String ATTEMPT = "attempt";

    /** What an account is in a project; each includes those before it. */
    public enum Level {
        /** Looks. */
        VIEWER,
        /** Queues, and changes what is their own. */
        RESEARCHER,
        /** Changes everything, and says who the members are. */
        MAINTAINER
    }

    private Role() {}
}
