package dev.runyard.service.boot;

import java.util.Objects;

/** The product's version. */
public final class Version {
    /** As the build wrote it into the jar; "dev" when run from classes. */
    public static final String CURRENT =
            Objects.requireNonNullElse(Version.class.getPackage().getImplementationVersion(), "dev");

    private Version() {}
}
