package dev.runyard.cli.remote;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.runyard.cli.terminal.Failure;
import dev.runyard.spec.Json;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/** A spec that was written by hand. */
public final class SpecFile {
    private static final long LIMIT = 1 << 20;

    private SpecFile() {}

    /** @throws dev.runyard.spec.InvalidSpec when it is no YAML or JSON object */
    public static ObjectNode read(Path file) {
        try {
            if (Files.isDirectory(file)) {
                throw Failure.badInput(file + " is a folder", "name a YAML or JSON file");
            }
            if (Files.size(file) > LIMIT) {
                throw Failure.badInput(file + " has more than " + LIMIT + " bytes", "a spec has a few thousand");
            }
            return Json.yaml(Files.readString(file));
        } catch (NoSuchFileException e) {
            throw Failure.badInput("there is no file " + file, "check the path");
        } catch (AccessDeniedException e) {
            throw Failure.badInput(file + " may not be read by this user", "check its rights");
        } catch (CharacterCodingException e) {
            throw Failure.badInput(file + " is not UTF-8 text", "name a YAML or JSON file");
        } catch (IOException e) {
            throw Failure.fault("cannot read " + file + " (" + e.getMessage() + ")", "check the disk", e);
        }
    }
}
