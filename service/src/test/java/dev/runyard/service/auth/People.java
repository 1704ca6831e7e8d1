package dev.runyard.service.auth;

import dev.runyard.service.metric.Lab;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.UUID;

/** Accounts, projects and tokens that tests need, as rows. */
@ApplicationScoped
public class People {
    private final Lab lab;
    private final Tokens tokens;

    People(Lab lab, Tokens tokens) {
        this.lab = lab;
        this.tokens = tokens;
    }

    public UUID project(String name) {
        UUID id = UUID.randomUUID();
        lab.sql("insert into project (id, name, created_by) values (?, ?, 'test')", id, name);
        return id;
    }

    public UUID account(String name) {
        UUID id = UUID.randomUUID();
        lab.sql("insert into account (id, name, created_by) values (?, ?, 'test')", id, name);
        return id;
    }

    public void member(String project, UUID account, String role) {
        lab.sql(
                "insert into member (project_id, account_id, role, created_by) select id, ?, ?, 'test' from project where name = ?"
                        + " on conflict (project_id, account_id) do update set role = excluded.role",
                account,
                role,
                project);
    }

    /** @return what its owner shows */
    public String token(UUID account, String scope) {
        String secret = Tokens.fresh(Tokens.PREFIX);
        lab.sql(
                "insert into api_token (account_id, name, hash, scope) values (?, 'test', ?, ?)",
                account,
                Tokens.hash(secret),
                scope);
        return secret;
    }

    /** @return the cookie of a browser that is signed in */
    public String session(UUID account) {
        String secret = Tokens.fresh("s_");
        lab.sql(
                "insert into session (account_id, hash, address, agent, expires_at) values (?, ?, '', 'test', now() + interval '1 h')",
                account,
                Tokens.hash(secret));
        return tokens.cookie() + "=" + secret;
    }
}
