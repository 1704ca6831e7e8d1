package dev.runyard.spec;

import dev.runyard.spec.run.HostPaths;
import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/** Marks a component of a spec whose text names a file or folder of the machine that reads it; {@link HostPaths} finds them. */
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.RECORD_COMPONENT)
public @interface HostPath {}
