package dev.runyard.service.auth;

import dev.runyard.service.db.Statements;
import dev.runyard.service.http.Problem;
import io.quarkus.runtime.StartupEvent;
import jakarta.annotation.Priority;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Inject;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Whose a session or a token is, as the rows say at this moment: one that was taken back is nobody's from the next request on. */
@ApplicationScoped
public class Accounts {
    private static final String PERSON = """
            select a.name, a.id as account, a.administrator, %s,
                   (select m.role from member m where m.account_id = a.id
                    order by m.role = 'MAINTAINER' desc, m.role = 'RESEARCHER' desc limit 1) as level
            from account a join %s c on c.account_id = a.id
            where c.hash = ? and a.disabled_at is null and %s""";

    private static final String SESSION = PERSON.formatted(
            "c.id as credential, false as read_only, c.last_used_at < now() - interval '1 minute' as stale",
            "session",
            "c.expires_at > now()");

    private static final String TOKEN = PERSON.formatted(
            "c.id as credential, c.scope = 'READ' as read_only,"
                    + " coalesce(c.last_used_at < now() - interval '1 minute', true) as stale",
            "api_token",
            "c.revoked_at is null and (c.expires_at is null or c.expires_at > now())");

    private final Statements statements;

    /** Once they are there they stay. */
    private volatile boolean walls;

    @Inject
    public Accounts(Statements statements) {
        this.statements = statements;
    }

    /** Before anybody asks: whoever runs the lab is in it, and keeps it. */
    void started(@Observes @Priority(4_000) StartupEvent event) {
        statements.change("""
                insert into account (name, administrator, local, created_by) values (?, true, true, 'runyard')
                on conflict (name) do nothing""", Tokens.accountName());
    }

    /**
     * Accounts need what keeps them apart.
     *
     * @throws Problem 409 where the database lacks the role that people's requests are carried out as
     */
    public void requireWalls() {
        if (!walls()) {
            throw Problem.of(
                    409,
                    "NO_WALLS",
                    "The database lacks the role that keeps projects apart, and the lab's may not make it; let an administrator of the"
                            + " server run \"create role runyard_person nologin; grant runyard_person to\" the lab's role, and start"
                            + " the lab again.");
        }
    }

    /** Whether the database keeps projects apart; without that there is one person, and nobody to keep apart. */
    public boolean walls() {
        if (!walls) {
            walls = statements.number("""
                    select count(*) from pg_roles where rolname = 'runyard_person' and pg_has_role(session_user, oid,
                      case when cast(current_setting('server_version_num') as integer) >= 160000 then 'set' else 'member' end)""") > 0;
        }
        return walls;
    }

    /** @param secret what a browser's cookie holds */
    Optional<Caller.Person> session(String secret) {
        return find(SESSION, "update session set last_used_at = now() where id = ?", secret, Caller.Way.SESSION);
    }

    /** @param secret what a program showed */
    Optional<Caller.Person> token(String secret) {
        return find(TOKEN, "update api_token set last_used_at = now() where id = ?", secret, Caller.Way.TOKEN);
    }

    /**
     * The projects that whoever holds each of these sessions and tokens sees now, an administrator all; none for one that is over.
     *
     * @param credentials ids of sessions and tokens
     */
    public Map<UUID, Set<UUID>> projects(Collection<UUID> credentials) {
        Map<UUID, Set<UUID>> found = new HashMap<>();
        statements.each(
                """
                select c.id, m.project_id
                from (select id, account_id from session where id = any(?) and expires_at > now()
                      union all
                      select id, account_id from api_token
                      where id = any(?) and revoked_at is null and (expires_at is null or expires_at > now())) c
                join account a on a.id = c.account_id and a.disabled_at is null
                left join lateral (select project_id from member where account_id = a.id
                                   union select id from project where a.administrator) m on true""",
                r -> {
                    Set<UUID> projects = found.computeIfAbsent(r.getObject(1, UUID.class), id -> new HashSet<>());
                    Optional.ofNullable(r.getObject(2, UUID.class)).ifPresent(projects::add);
                },
                credentials,
                credentials);
        return found;
    }

    private record Found(Caller.Person person, boolean stale) {}

    private Optional<Caller.Person> find(String sql, String used, String secret, Caller.Way way) {
        Optional<Found> found =
                statements.row(sql, r -> new Found(person(r, way), r.getBoolean("stale")), Tokens.hash(secret));
        // Once a minute is often enough to say when it was last used.
        found.filter(Found::stale)
                .ifPresent(f -> statements.change(used, f.person().credential()));
        return found.map(Found::person);
    }

    private static Caller.Person person(ResultSet r, Caller.Way way) throws SQLException {
        String level = r.getString("level");
        return new Caller.Person(
                r.getString("name"),
                r.getObject("account", UUID.class),
                r.getBoolean("administrator"),
                level == null ? null : Role.Level.valueOf(level),
                r.getBoolean("read_only"),
                way,
                r.getObject("credential", UUID.class));
    }

    /** The project of this name; whether the person may see it is not asked. */
    Optional<UUID> project(@Nullable String name) {
        return name == null
                ? Optional.empty()
                : statements.row("select id from project where name = ?", r -> r.getObject(1, UUID.class), name);
    }
}
