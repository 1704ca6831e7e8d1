package dev.runyard.vision.nd;

import ai.djl.ndarray.BaseNDManager;
import ai.djl.ndarray.NDManager;
import java.lang.management.ManagementFactory;
import java.lang.reflect.Field;
import java.util.Map;
import java.util.TreeMap;
import javax.management.JMException;
import javax.management.ObjectName;

/** Counts what the engine holds, below one manager and in the whole process. */
public final class ArraysAlive {
    private ArraysAlive() {}

    /** Managers and arrays by class, below a manager. */
    static String below(NDManager manager) {
        Map<String, Integer> out = new TreeMap<>();
        try {
            Field field = BaseNDManager.class.getDeclaredField("resources");
            field.setAccessible(true);
            ((Map<?, ?>) field.get(manager))
                    .values()
                    .forEach(held -> out.merge(held.getClass().getSimpleName(), 1, Integer::sum));
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(e);
        }
        return out.toString();
    }

    /** Reachable objects of a class in this process. */
    public static long of(String className) {
        try {
            String histogram = (String) ManagementFactory.getPlatformMBeanServer()
                    .invoke(
                            new ObjectName("com.sun.management:type=DiagnosticCommand"),
                            "gcClassHistogram",
                            new Object[] {new String[0]},
                            new String[] {String[].class.getName()});
            return histogram
                    .lines()
                    .map(String::strip)
                    .filter(line -> line.contains(" " + className + " ") || line.endsWith(" " + className))
                    .mapToLong(line -> Long.parseLong(line.split("\\s+")[1]))
                    .sum();
        } catch (JMException e) {
            throw new IllegalStateException(e);
        }
    }
}
