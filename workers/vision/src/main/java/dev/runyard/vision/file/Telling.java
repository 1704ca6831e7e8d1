package dev.runyard.vision.file;

import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.Set;

/**
 * What may be told of an exception outside the process. Ours say nothing of what is inside a file ({@link Flaw}); those of parsers quote
 * what they met, so of them only the kind and the place in our code are told.
 */
public final class Telling {
    private static final int DEEPEST = 20;

    private Telling() {}

    /** One sentence. */
    public static String line(Throwable fault) {
        String kind = fault.getClass().getSimpleName();
        if (safe(fault)) {
            String first =
                    String.valueOf(fault.getMessage()).lines().findFirst().orElse("");
            return fault.getMessage() == null ? kind : kind + ": " + first;
        }
        for (StackTraceElement frame : fault.getStackTrace()) {
            if (frame.getClassName().startsWith("dev.runyard.")) {
                return kind + " at " + frame;
            }
        }
        return kind;
    }

    /** The stack trace of it and of what caused it, with the messages that may be told. */
    public static String trace(Throwable fault) {
        StringBuilder out = new StringBuilder();
        Set<Throwable> seen = Collections.newSetFromMap(new IdentityHashMap<>());
        int depth = 0;
        for (Throwable t = fault; t != null && seen.add(t) && depth < DEEPEST; t = t.getCause(), depth++) {
            out.append(depth == 0 ? "" : "Caused by: ").append(t.getClass().getName());
            if (safe(t) && t.getMessage() != null) {
                out.append(": ").append(t.getMessage());
            }
            out.append('\n');
            for (StackTraceElement frame : t.getStackTrace()) {
                out.append("\tat ").append(frame).append('\n');
            }
        }
        return out.toString();
    }

    /** Whether its message is ours, the system's on a path, or the array library's on shapes and memory. */
    public static boolean safe(Throwable fault) {
        String type = fault.getClass().getName();
        if (type.equals("dev.runyard.spec.json.MalformedJson")) {
            return false;
        }
        boolean plain = type.equals("java.lang.IllegalArgumentException")
                || type.equals("java.lang.IllegalStateException")
                || type.equals("java.io.UncheckedIOException");
        StackTraceElement[] frames = fault.getStackTrace();
        boolean thrownByUs = frames.length > 0 && frames[0].getClassName().startsWith("dev.runyard.");
        // A wrapper without words of its own takes those of its cause.
        boolean borrowed = fault.getCause() != null
                && fault.getMessage() != null
                && fault.getMessage().equals(fault.getCause().toString());
        if (borrowed) {
            return false;
        }
        return type.startsWith("dev.runyard.")
                || (plain && thrownByUs)
                || fault instanceof VirtualMachineError
                || type.startsWith("ai.djl.")
                || type.equals("java.io.IOException")
                || type.equals("java.io.FileNotFoundException")
                || type.startsWith("java.io.InterruptedIO")
                || type.startsWith("java.nio.file.")
                || type.startsWith("java.net.")
                || type.startsWith("javax.net.");
    }
}
