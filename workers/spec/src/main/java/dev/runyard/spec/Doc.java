package dev.runyard.spec;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * What a component of a spec means and the range it may have: said here once, for the reader, for the record's own check
 * ({@link Bounds}) and for the JSON schema that the page's form is drawn from.
 */
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target({ElementType.RECORD_COMPONENT, ElementType.FIELD, ElementType.TYPE})
public @interface Doc {
    /** One sentence with units and symbols. */
    String value();

    /** Heads the field in a form; by default the component's name in words. */
    String title() default "";

    /** Smallest value. */
    double min() default Double.NEGATIVE_INFINITY;

    /** The value must be larger than this. */
    double above() default Double.NEGATIVE_INFINITY;

    /** Largest value. */
    double max() default Double.POSITIVE_INFINITY;

    /** Whether the default follows from other components, so that a schema cannot name it. */
    boolean derived() default false;
}
