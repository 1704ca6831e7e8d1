package dev.runyard.service.scheduling;

import dev.runyard.service.db.Statements;
import dev.runyard.service.scheduling.round.Shares;
import jakarta.enterprise.context.ApplicationScoped;

/** Keeps the books: what leases that are over took, once each. */
@ApplicationScoped
class Usage {
    private static final String BOOK = """
            with over as (
              update lease l set booked = true from run r
              where not l.booked and l.released_at is not null and r.id = l.run_id
              returning r.project_id, r.created_by, l.granted_at, l.released_at),
            ages as (
              select project_id, created_by, extract(epoch from now() - granted_at) as begun,
                     extract(epoch from now() - released_at) as ended from over),
            taken as (
              select project_id, created_by, sum(greatest(0, ? * (exp(-ended / ?) - exp(-begun / ?)))) as seconds
              from ages group by project_id, created_by)
            insert into usage as u (project_id, account, seconds, at)
              select project_id, created_by, seconds, now() from taken
            on conflict (project_id, account) do update set
              seconds = u.seconds * power(0.5, greatest(0, extract(epoch from now() - u.at)) / ?) + excluded.seconds,
              at = now()""";

    private final Statements statements;

    Usage(Statements statements) {
        this.statements = statements;
    }

    /** Books what ended since the last time; in the caller's transaction, of which there is one at a time. */
    void book() {
        double halfLife = Shares.HALF_LIFE.toSeconds();
        double life = halfLife / Math.log(2);
        statements.change(BOOK, life, life, life, halfLife);
    }
}
