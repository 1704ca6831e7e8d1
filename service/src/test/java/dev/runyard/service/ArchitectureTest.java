package dev.runyard.service;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaMethodCall;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import io.quarkus.hibernate.orm.panache.PanacheEntityBase;
import jakarta.persistence.Entity;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.hibernate.annotations.Immutable;
import org.junit.jupiter.api.Test;

/** The rooms of the service, the arrows between them, and how each reaches the database (ADR "One way to the database"). */
class ArchitectureTest {
    private static final String ROOT = "dev.runyard.service";

    /** From the top to the ground. A room sees those below it and nothing else. */
    private static final List<String> ROOMS = List.of(
            "scheduling",
            "scheduling.simulation",
            "scheduling.round",
            "executor",
            "fleet",
            "mlflow",
            "report",
            "check",
            "sweep.whole",
            "sweep",
            "sweep.draw",
            "sweep.rung",
            "project",
            "run.desk",
            "run.aggregate",
            "run.list",
            "run.attempt",
            "run.client",
            "run",
            "experiment",
            "result",
            "place",
            "blob",
            "blob.store",
            "event",
            "metric.series",
            "metric.history",
            "metric",
            "account",
            "auth",
            "db",
            "http",
            "embedded",
            "boot");

    /** Classes of a room: what one can keep in mind. Nested ones and those that the build makes are not counted. */
    private static final int MOST = 15;

    private static final JavaClasses SERVICE = new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages(ROOT);

    @Test
    void everyClassIsInARoomOrAtTheTop() {
        Set<String> rooms = new TreeSet<>();
        SERVICE.forEach(c -> rooms.add(c.getPackageName()));
        Set<String> known = new TreeSet<>(Set.of(ROOT));
        ROOMS.forEach(room -> known.add(ROOT + "." + room));
        assertThat(rooms).isEqualTo(known);
    }

    @Test
    void roomsStaySmall() throws IOException {
        for (String room : ROOMS) {
            Path folder = Path.of("src/main/java", (ROOT + "." + room).replace('.', '/'));
            try (Stream<Path> files = Files.list(folder)) {
                assertThat(files.map(f -> f.getFileName().toString())
                                .filter(f -> f.endsWith(".java") && !f.equals("package-info.java")))
                        .as(room)
                        .hasSizeLessThanOrEqualTo(MOST);
            }
        }
    }

    @Test
    void arrowsBetweenRoomsGoDown() {
        for (int i = 0; i < ROOMS.size(); i++) {
            List<String> above =
                    ROOMS.subList(0, i).stream().map(room -> ROOT + "." + room).toList();
            noClasses()
                    .that()
                    .resideInAPackage(ROOT + "." + ROOMS.get(i))
                    .should()
                    .dependOnClassesThat(describe(
                            "are in a room above it or at the top",
                            c -> c.getPackageName().equals(ROOT) || above.contains(c.getPackageName())))
                    .check(SERVICE);
        }
    }

    @Test
    void temporalIsKnownToTheExecutorOnly() {
        noClasses()
                .that()
                .resideOutsideOfPackages(ROOT + ".executor", ROOT + ".embedded")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("io.temporal..")
                .check(SERVICE);
    }

    /** A row's reader gets a {@code ResultSet}; who opens connections and binds values is {@code Statements}. */
    @Test
    void connectionsAreOpenedInOnePlace() {
        Set<String> rows = Set.of("java.sql.ResultSet", "java.sql.SQLException", "java.sql.Array");
        // Each with its reason.
        Set<String> exceptions = Set.of(
                // All are asked before there is a data source.
                ROOT + ".Database",
                ROOT + ".embedded.PostgresRoles",
                ROOT + ".SharedSecrets",
                // Its lock lives as long as its session, which no pool may close or hand on.
                ROOT + ".SoleService");
        noClasses()
                .that()
                .resideOutsideOfPackage(ROOT + ".db")
                .and(describe(
                        "are not named here",
                        c -> !exceptions.contains(outermost(c).getName())))
                .should()
                .dependOnClassesThat(describe(
                        "open connections",
                        c -> c.getPackageName().startsWith("javax.sql")
                                || c.getPackageName().startsWith("io.agroal")
                                || (c.getPackageName().equals("java.sql") && !rows.contains(c.getName()))))
                .check(SERVICE);
    }

    /** A table is written through its entity or by SQL, never by both. */
    @Test
    void aTableIsWrittenOneWay() throws IOException {
        DescribedPredicate<JavaMethodCall> writes = describe(
                "write an entity whose table is written by SQL",
                call -> call.getTargetOwner().isAssignableTo(PanacheEntityBase.class)
                        && call.getTargetOwner().isAnnotatedWith(Immutable.class)
                        && Set.of("persist", "persistAndFlush", "delete", "deleteById", "deleteAll", "update")
                                .contains(call.getName()));
        noClasses().should().callMethodWhere(writes).check(SERVICE);
        String code = sources();
        SERVICE.stream().filter(c -> c.isAnnotatedWith(Entity.class)).forEach(entity -> {
            String table = entity.getSimpleName().toLowerCase(Locale.ROOT);
            boolean sql = Pattern.compile("(insert into|update|delete from) " + table + "\\b")
                    .matcher(code)
                    .find();
            assertThat(!sql || entity.isAnnotatedWith(Immutable.class))
                    .as(table + " is written by SQL, so its entity is @Immutable")
                    .isTrue();
        });
    }

    private static JavaClass outermost(JavaClass c) {
        return c.getEnclosingClass().map(ArchitectureTest::outermost).orElse(c);
    }

    private static String sources() throws IOException {
        try (Stream<Path> files = Files.walk(Path.of("src/main/java"))) {
            StringBuilder all = new StringBuilder();
            for (Path file : files.filter(f -> f.toString().endsWith(".java")).toList()) {
                all.append(Files.readString(file));
            }
            return all.toString();
        }
    }
}
