package dev.runyard.spec.run;

import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import dev.runyard.spec.Defaults;
import dev.runyard.spec.Doc;
import dev.runyard.spec.InvalidSpec;
import dev.runyard.spec.Names;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Where a run may be carried out. It stands beside the spec and is no part of its hash: the same spec elsewhere is the same training.
 */
@JsonInclude(JsonInclude.Include.NON_EMPTY)
public record Placement(
        @Doc("Kind of device: cpu, cuda, or any.") @JsonInclude(JsonInclude.Include.NON_NULL)
        Device device,

        @Doc("Device memory that the run needs, such as 6GiB or 800MiB; left out: an equal share of its device.")
        @Nullable
        String memory,

        @Doc("Labels that the device has, such as gpu: a100; workers get theirs from RUNYARD_LABELS.")
        Map<String, String> labels,

        @Doc("Hosts that it may go to; left out: all.") List<String> hosts,

        @Doc("Whether a run of a higher class may take its device; it goes on later from its checkpoint.")
        Boolean preemptible) {
    /** Anywhere. */
    public static final Placement ANY = new Placement(Device.ANY, null, Map.of(), List.of(), true);

    /** Most labels a device has, or a placement asks for. */
    public static final int MOST_LABELS = 32;

    private static final int MOST_HOSTS = 64;
    private static final Pattern MEMORY = Pattern.compile("(\\d{1,9}(?:\\.\\d{1,3})?) ?(MiB|GiB|TiB)");
    private static final Pattern LABEL = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._/-]{0,62}");

    /** A kind of device. */
    public enum Device {
        @JsonProperty("any")
        ANY,
        @JsonProperty("cpu")
        CPU,
        @JsonProperty("cuda")
        CUDA;

        /** Whether a device of this kind, as workers offer it, will do. */
        public boolean takes(String kind) {
            return this == ANY || kind.equals(word());
        }

        /** As documents and workers spell it. */
        public String word() {
            return name().toLowerCase(java.util.Locale.ROOT);
        }
    }

    public Placement {
        device = Defaults.or(device, Device.ANY);
        memory = memory == null || memory.isBlank() ? null : memory.strip();
        if (memory != null && bytes(memory) < 1) {
            throw new InvalidSpec(
                    "WRONG_TYPE", "memory", memory, "is no amount of memory", "write it as 6GiB or 800MiB");
        }
        labels = labels(labels);
        hosts = hosts == null ? List.of() : List.copyOf(hosts);
        if (hosts.size() > MOST_HOSTS) {
            throw new InvalidSpec("OUT_OF_RANGE", "hosts", hosts.size(), "must be at most " + MOST_HOSTS, null);
        }
        hosts.forEach(host -> Names.label("hosts", host));
        preemptible = Defaults.or(preemptible, true);
    }

    /**
     * Labels as workers offer them and placements ask for them.
     *
     * @throws InvalidSpec BAD_LABEL for names and values that are not 1 to 63 letters, digits, dots, lines and slashes
     */
    public static Map<String, String> labels(@Nullable Map<String, String> given) {
        Map<String, String> labels = given == null ? Map.of() : given;
        if (labels.size() > MOST_LABELS) {
            throw new InvalidSpec("OUT_OF_RANGE", "labels", labels.size(), "must be at most " + MOST_LABELS, null);
        }
        labels.forEach((name, value) -> {
            if (!LABEL.matcher(name).matches()
                    || value == null
                    || !LABEL.matcher(value).matches()) {
                throw new InvalidSpec(
                        "BAD_LABEL",
                        "labels." + name,
                        value,
                        "must be 1 to 63 letters, digits and . _ - /, the name and the value",
                        null);
            }
        });
        return java.util.Collections.unmodifiableSortedMap(new TreeMap<>(labels));
    }

    /** What {@link #memory} says, in bytes; 0: it says nothing. */
    @JsonIgnore
    public long memoryBytes() {
        return memory == null ? 0 : bytes(memory);
    }

    /** Whether it leaves every device open. */
    @JsonIgnore
    public boolean anywhere() {
        return device == Device.ANY && memory == null && labels.isEmpty() && hosts.isEmpty();
    }

    /** For people: {@code cuda with 24GiB, gpu=a100, on lab1}. */
    @JsonIgnore
    public String spelled() {
        List<String> said = new ArrayList<>();
        said.add((device == Device.ANY ? "a device" : device.word()) + (memory == null ? "" : " with " + memory));
        labels.forEach((name, value) -> said.add(name + "=" + value));
        if (!hosts.isEmpty()) {
            said.add("on " + String.join(" or ", hosts));
        }
        return String.join(", ", said);
    }

    /** Bytes of such as 6GiB or 800MiB; 0 for what is no amount of memory. */
    public static long bytes(String text) {
        Matcher memory = MEMORY.matcher(text);
        if (!memory.matches()) {
            return 0;
        }
        int shift =
                switch (memory.group(2)) {
                    case "MiB" -> 20;
                    case "GiB" -> 30;
                    default -> 40;
                };
        return (long) (Double.parseDouble(memory.group(1)) * (1L << shift));
    }
}
