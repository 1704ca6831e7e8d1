package dev.runyard.service.report;

import dev.runyard.service.db.Statements;
import dev.runyard.service.experiment.Experiments;
import dev.runyard.service.http.Given;
import dev.runyard.service.http.Problem;
import dev.runyard.service.report.ReportViews.Frozen;
import dev.runyard.service.report.ReportViews.FrozenShown;
import dev.runyard.service.report.ReportViews.Listed;
import dev.runyard.service.report.ReportViews.Shown;
import dev.runyard.service.report.ReportViews.Version;
import dev.runyard.service.report.ReportViews.Written;
import dev.runyard.spec.Sha256;
import dev.runyard.spec.json.Json;
import dev.runyard.spec.table.ReportSpec;
import dev.runyard.spec.table.ReportTable;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.transaction.Transactional;
import java.time.Instant;
import java.util.List;
import java.util.TreeSet;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Keeps reports: their versions, and tables that were frozen. */
@ApplicationScoped
class Reports {
    static final int MOST = 1_000;
    private static final int VERSIONS = 1_000;
    private static final int FROZEN = 200;

    private final Statements statements;
    private final ReportFigures figures;
    private final Experiments experiments;

    Reports(Statements statements, ReportFigures figures, Experiments experiments) {
        this.statements = statements;
        this.figures = figures;
        this.experiments = experiments;
    }

    /** By the time of their last change, the newest first. */
    List<Listed> all() {
        return statements.rows(
                "select r.*, (select count(*) from report_frozen f where f.report_id = r.id) as frozen from report r"
                        + " order by r.changed_at desc, r.id limit " + MOST,
                r -> new Listed(
                        r.getObject("id", UUID.class),
                        r.getString("title"),
                        r.getInt("version"),
                        r.getLong("frozen"),
                        r.getString("created_by"),
                        Statements.instant(r, "created_at"),
                        Statements.instant(r, "changed_at")));
    }

    @Transactional
    Shown make(Written written, String who) {
        ReportSpec spec = ReportSpec.read(written.text());
        // The row takes the same project by itself; whoever is in several and names none is told so here.
        experiments.project();
        if (Report.count() >= MOST) {
            throw Problem.of(409, "TOO_MANY", "There are " + MOST + " reports already; delete some.");
        }
        Report report = new Report(UUID.randomUUID(), spec.title(), who);
        report.persistAndFlush();
        new ReportVersion(report.id, 1, written.text(), spec.hash(), who).persistAndFlush();
        return shown(report);
    }

    /** One more version, unless it says the same. */
    @Transactional
    Shown change(String id, Written written, String who) {
        ReportSpec spec = ReportSpec.read(written.text());
        Report report = known(id);
        if (written.version() != null && written.version() != report.version) {
            throw Problem.invalid(
                    409,
                    "CONFLICT",
                    "version",
                    written.version(),
                    "is not the newest, which is " + report.version,
                    "look at what was changed meanwhile");
        }
        ReportVersion newest = version(report, report.version);
        if (!newest.written.equals(written.text())) {
            if (report.version >= VERSIONS) {
                throw Problem.of(409, "TOO_MANY", "The report has " + VERSIONS + " versions; make another.");
            }
            report.version++;
            report.title = spec.title();
            report.changedAt = Instant.now();
            new ReportVersion(report.id, report.version, written.text(), spec.hash(), who).persistAndFlush();
        }
        return shown(report);
    }

    @Transactional
    Shown one(String id) {
        return shown(known(id));
    }

    /** Not while a frozen table is of it: somebody cites that. */
    @Transactional
    void delete(String id) {
        Report report = known(id);
        long frozen = FrozenTable.count("report", report.id);
        if (frozen > 0) {
            throw Problem.invalid(
                    409, "IN_USE", "report", id, "has " + frozen + " frozen tables", "delete these first");
        }
        report.delete();
    }

    ReportSpec spec(String id) {
        return ReportSpec.read(one(id).text());
    }

    ReportTable live(String id) {
        return figures.table(spec(id));
    }

    /** Keeps the table as it is now; the same content is kept once. */
    @Transactional
    FrozenShown freeze(String id, String who) {
        Report report = known(id);
        ReportTable table = figures.table(ReportSpec.read(version(report, report.version).written));
        FrozenTable had = FrozenTable.findById(new FrozenTable.Key(report.id, table.content()));
        if (had != null) {
            return shown(had);
        }
        if (table.runs() == 0) {
            throw Problem.invalid(409, "NO_RUNS", "runs", 0, "match the report, so there is nothing to keep", null);
        }
        if (FrozenTable.count("report", report.id) >= FROZEN) {
            throw Problem.of(409, "TOO_MANY", "The report has " + FROZEN + " frozen tables already; delete some.");
        }
        long elsewhere = statements.number(
                "select count(*) from run r join report p on p.id = ? where r.id = any(?) and r.project_id <> p.project_id",
                report.id,
                table.cited());
        if (elsewhere > 0) {
            throw Problem.invalid(
                    409,
                    "OTHER_PROJECT",
                    "runs",
                    elsewhere,
                    "are of other projects, and whoever sees the report would see them",
                    "keep to the report's project, by X-Runyard-Project or RUNYARD_PROJECT");
        }
        FrozenTable frozen = new FrozenTable(report.id, table.content(), report.version, Json.canonical(table), who);
        frozen.persistAndFlush();
        statements.change(
                "insert into report_citation (report_id, content, run_id) select ?, ?, unnest(cast(? as uuid[]))",
                report.id,
                table.content(),
                table.cited());
        return shown(frozen);
    }

    @Transactional
    FrozenShown frozen(String id, String content) {
        return shown(kept(id, content));
    }

    /** What its table was of. */
    @Transactional
    ReportSpec frozenSpec(String id, String content) {
        return ReportSpec.read(version(known(id), kept(id, content).version).written);
    }

    @Transactional
    void thaw(String id, String content) {
        kept(id, content).delete();
    }

    private FrozenTable kept(String id, String content) {
        FrozenTable frozen = Sha256.valid(content)
                ? FrozenTable.findById(new FrozenTable.Key(Given.id("report", id), content))
                : null;
        if (frozen == null) {
            throw Problem.notFound("frozen table", content.length() > 64 ? "of this name" : content);
        }
        return frozen;
    }

    private FrozenShown shown(FrozenTable frozen) {
        List<UUID> gone = statements.rows(
                "select c.run_id from report_citation c join run r on r.id = c.run_id"
                        + " where c.report_id = ? and c.content = ? and r.deleted_at is not null order by 1",
                r -> r.getObject(1, UUID.class),
                frozen.report,
                frozen.content);
        ReportTable table = Json.read(frozen.shown, ReportTable.class).without(new TreeSet<>(gone));
        return new FrozenShown(listed(frozen), table, gone);
    }

    private static Frozen listed(FrozenTable frozen) {
        return new Frozen(frozen.content, frozen.version, frozen.who, frozen.createdAt);
    }

    private static Shown shown(Report report) {
        List<ReportVersion> versions = ReportVersion.of(report.id);
        return new Shown(
                report.id,
                report.title,
                report.version,
                version(report, report.version).written,
                report.createdBy,
                report.createdAt,
                report.changedAt,
                versions.stream()
                        .map(v -> new Version(v.version, v.hash, v.who, v.createdAt))
                        .toList(),
                FrozenTable.of(report.id).stream().map(Reports::listed).toList());
    }

    private static ReportVersion version(Report report, int version) {
        @Nullable ReportVersion found = ReportVersion.findById(new ReportVersion.Key(report.id, version));
        if (found == null) {
            throw new IllegalStateException("a report has the version that it names");
        }
        return found;
    }

    private static Report known(String id) {
        Report report = Report.findById(Given.id("report", id));
        if (report == null) {
            throw Problem.notFound("report", id);
        }
        return report;
    }
}
