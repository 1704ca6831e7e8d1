package dev.runyard.service.embedded;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import org.postgresql.PGConnection;

/**
 * The roles of the embedded Postgres: the one that initdb made, a superuser, which nobody uses but this, at start; the service's own,
 * which owns its tables and nothing else, so that whoever gets hold of it reaches no file and no program of this machine; and the one
 * that the service becomes for people, which sees what they may see.
 */
final class PostgresRoles {
    static final String SERVICE = "runyard_service";

    private static final String CREATE = """
            do $$ begin
              if not exists (select from pg_roles where rolname = 'runyard_service') then
                create role runyard_service;
              end if;
              if not exists (select from pg_roles where rolname = 'runyard_person') then
                create role runyard_person;
              end if;
            end $$""";

    private static final String RIGHTS = """
            alter role runyard_service login nosuperuser nocreatedb nocreaterole noreplication nobypassrls;
            alter schema public owner to runyard_service;
            revoke all on database postgres, template1 from public;
            grant connect, temporary on database postgres to runyard_service""";

    /** Whatever roles it was a member of: some of Postgres' own read files and run programs. */
    private static final String LEAVE = """
            do $$ declare r record; begin
              for r in select roleid::regrole as name from pg_auth_members where member = 'runyard_service'::regrole loop
                execute format('revoke %s from runyard_service', r.name);
              end loop;
            end $$""";

    /** What the service is while it serves a person who may not see everything; it gets its rights from the migrations. */
    private static final String PERSON = """
            alter role runyard_person nologin nosuperuser nocreatedb nocreaterole noreplication nobypassrls;
            grant runyard_person to runyard_service""";

    /** Homes of 0.1.0 have it all made by the superuser. Sequences of identity columns go with their tables. */
    private static final String OWN = """
            do $$ declare r record; begin
              for r in
                select c.oid::regclass as name from pg_class c
                where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p', 'v', 'm', 'S', 'f')
                  and c.relowner <> 'runyard_service'::regrole
                  and not exists (select from pg_depend d where d.classid = 'pg_class'::regclass and d.objid = c.oid
                                  and d.refclassid = 'pg_class'::regclass and d.deptype in ('a', 'i'))
              loop
                execute format('alter table %s owner to runyard_service', r.name);
              end loop;
              for r in
                select p.oid::regprocedure as name from pg_proc p
                where p.pronamespace = 'public'::regnamespace and p.proowner <> 'runyard_service'::regrole
              loop
                execute format('alter routine %s owner to runyard_service', r.name);
              end loop;
            end $$""";

    private PostgresRoles() {}

    /**
     * Makes the service's role, gives it its password and all that lies in the schema. Harmless when repeated.
     *
     * @param superuser the role that initdb made
     */
    static void prepare(String url, String superuser, String superPassword, String password) throws SQLException {
        try (Connection connection = DriverManager.getConnection(url, superuser, superPassword)) {
            connection.setAutoCommit(false);
            try (Statement statement = connection.createStatement()) {
                statement.execute(CREATE);
                statement.execute(RIGHTS);
                statement.execute(LEAVE);
                statement.execute(PERSON);
                statement.execute(OWN);
            }
            // Hashed here: no password is in a statement, hence in no log.
            connection.unwrap(PGConnection.class).alterUserPassword(SERVICE, password.toCharArray(), "scram-sha-256");
            connection.commit();
        }
    }
}
