package dev.runyard.service.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.runyard.spec.run.RunState;
import java.util.Optional;
import org.junit.jupiter.api.Test;

final class CommandTest {
    @Test
    void everyCommandMovesAlongTheTableOrNotAtAll() {
        for (Command command : Command.values()) {
            for (RunState state : RunState.values()) {
                Optional<RunState> next = command.from(state);
                assertThat(next)
                        .as("%s %s", command, state)
                        .satisfiesAnyOf(
                                n -> assertThat(n).isEmpty(), n -> assertThat(n).contains(state), n -> assertThat(
                                                state.canBecome(n.orElseThrow()))
                                        .isTrue());
            }
        }
    }

    @Test
    void aCommandIsHarmlessWhenRepeated() {
        for (Command command : Command.values()) {
            for (RunState state : RunState.values()) {
                command.from(state).ifPresent(next -> assertThat(command.from(next))
                        .as("%s twice from %s", command, state)
                        .contains(next));
            }
        }
    }

    @Test
    void cancelEndsEveryRunThatIsNotOver() {
        for (RunState state : RunState.values()) {
            if (!state.terminal()) {
                assertThat(Command.CANCEL.from(state)).as(state.name()).isPresent();
            }
        }
    }
}
