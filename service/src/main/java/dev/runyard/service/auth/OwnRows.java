package dev.runyard.service.auth;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * On a resource that reads and changes rows of whoever asks and of nobody else, which it says in each statement: the walls between
 * projects do not hold it, since what it is about lies in none.
 */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
public @interface OwnRows {}
