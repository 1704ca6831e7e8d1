package dev.runyard.agent.client;

/** Why the service did not do what it was asked. */
public abstract sealed class ServiceFault extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private ServiceFault(String message) {
        super(message);
    }

    /** Not reached, or not able to answer now: the same request may succeed later. */
    public static final class Unavailable extends ServiceFault {
        private static final long serialVersionUID = 1L;

        public Unavailable(String message) {
            super(message);
        }
    }

    /** A newer attempt, or a newer worker for the device, exists: stop and write nothing more. */
    public static final class Stale extends ServiceFault {
        private static final long serialVersionUID = 1L;

        public Stale(String message) {
            super(message);
        }
    }

    /** Answered with no; asking again changes nothing. */
    public static final class Refused extends ServiceFault {
        private static final long serialVersionUID = 1L;

        private final int status;
        private final String code;

        public Refused(int status, String message) {
            this(status, "", message);
        }

        public Refused(int status, String code, String message) {
            super(message);
            this.status = status;
            this.code = code;
        }

        /** Which refusal, as the service names it; empty where it does not. */
        public String code() {
            return code;
        }

        /** HTTP status, 400 to 499. */
        public int status() {
            return status;
        }
    }
}
