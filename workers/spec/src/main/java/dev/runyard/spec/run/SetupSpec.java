package dev.runyard.spec.run;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.runyard.spec.Defaults;
import dev.runyard.spec.Doc;
import java.util.List;

/**
 * What a program needs on its machine, such as a virtual environment. It is made once for the same command and the same content of its
 * inputs, in a folder of its own that {@code RUNYARD_SETUP_DIR} names; what that folder has under {@code bin} is found first.
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record SetupSpec(
        @Doc("The program that makes it, and its arguments; it runs where the command does.")
        List<String> command,

        @Doc("Files of code whose content says whether it has to be made anew, such as a lock file.")
        List<String> inputs) {
    public SetupSpec {
        command = Program.words("command", Defaults.required("command", command));
        inputs = List.copyOf(Defaults.or(inputs, List.<String>of()));
        for (String input : inputs) {
            Program.inside("inputs", input);
        }
    }
}
