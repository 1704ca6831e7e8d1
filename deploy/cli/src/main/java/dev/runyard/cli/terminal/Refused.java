package dev.runyard.cli.terminal;

import dev.runyard.spec.InvalidSpec;
import dev.runyard.spec.json.MalformedJson;
import dev.runyard.vision.backbone.weights.WeightsException;
import dev.runyard.vision.data.source.DataException;
import dev.runyard.vision.fetch.FetchException;
import dev.runyard.vision.file.Telling;
import dev.runyard.vision.place.Places;
import dev.runyard.vision.tensor.SafetensorsException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * What a command says when it cannot go on: one line with cause and remedy.
 *
 * @param exit code of the process
 */
public record Refused(int exit, String line) {
    private static final String WHOLE = "give --debug for the whole story";

    /** Of whatever a command threw. */
    public static Refused of(Throwable e) {
        if (e instanceof Failure failure) {
            return new Refused(failure.exit(), text(failure));
        }
        if (e instanceof UncheckedIOException io && io.getCause() != null) {
            return of(io.getCause());
        }
        if (e instanceof InvalidSpec
                || e instanceof MalformedJson
                || e instanceof DataException
                || e instanceof SafetensorsException
                || e instanceof WeightsException
                || e instanceof Places.Absent
                || e instanceof Places.Malformed) {
            return new Refused(Failure.BAD_INPUT, text(e));
        }
        if (e instanceof FetchException fetch) {
            return new Refused(fetch.code().equals("UNKNOWN_NAME") ? Failure.BAD_INPUT : Failure.FAULT, text(fetch));
        }
        if (e instanceof FileSystemException file) {
            return ofFile(file);
        }
        if (e instanceof IOException && Telling.safe(e)) {
            return new Refused(Failure.FAULT, sentence(text(e)) + "; check disk and network, or " + WHOLE);
        }
        if (e instanceof OutOfMemoryError) {
            return new Refused(
                    Failure.FAULT, "the memory of this process is not enough; give more by RUNYARD_JAVA_OPTS=-Xmx4g");
        }
        if (e instanceof LinkageError) {
            return new Refused(
                    Failure.FAULT,
                    "a native library cannot be loaded: " + text(e) + "; \"runyard doctor\" looks at them");
        }
        String kind = e.getClass().getSimpleName().replaceAll("(Exception|Error)$", "");
        return new Refused(
                Failure.FAULT,
                "this should not have happened: " + words(kind)
                        + (e.getMessage() == null || !Telling.safe(e) ? "" : ", " + text(e)) + "; "
                        + WHOLE);
    }

    private static Refused ofFile(FileSystemException e) {
        String file = String.valueOf(e.getFile());
        if (e instanceof NoSuchFileException) {
            return new Refused(Failure.BAD_INPUT, "there is no file " + file + "; check the path");
        }
        if (e instanceof AccessDeniedException) {
            return new Refused(Failure.BAD_INPUT, file + ": " + why(e) + " read or write it; check its rights");
        }
        if (e instanceof FileAlreadyExistsException || e instanceof DirectoryNotEmptyException) {
            return new Refused(Failure.BAD_INPUT, file + " is in the way; name another path, or remove it");
        }
        if (e instanceof NotDirectoryException) {
            return new Refused(Failure.BAD_INPUT, file + " is no folder; check the path");
        }
        String why = why(e);
        boolean wrongKind = why.matches("(is|not) a directory|file name too long");
        return new Refused(
                wrongKind ? Failure.BAD_INPUT : Failure.FAULT,
                file + ": " + why + (wrongKind ? "; check the path" : "; check the disk"));
    }

    /** A clause: why a file or folder cannot be used. */
    public static String why(IOException e) {
        if (e instanceof AccessDeniedException) {
            return "this user may not";
        }
        if (e instanceof NoSuchFileException) {
            return "it is not there";
        }
        if (e instanceof FileAlreadyExistsException || e instanceof NotDirectoryException) {
            return "a file is in the way";
        }
        String reason = e instanceof FileSystemException file ? file.getReason() : e.getMessage();
        return reason == null ? "reading or writing failed" : reason.toLowerCase(Locale.ROOT);
    }

    private static String text(Throwable e) {
        return sentence(e.getMessage());
    }

    private static String sentence(@Nullable String message) {
        return message == null || message.isBlank() ? "reading or writing failed" : message;
    }

    /** IllegalState as "illegal state". */
    private static String words(String camel) {
        return camel.replaceAll("(?<=[a-z])(?=[A-Z])", " ").toLowerCase(Locale.ROOT);
    }
}
