package dev.runyard.service.account;

import dev.runyard.service.auth.Accounts;
import dev.runyard.service.auth.Tokens;
import dev.runyard.service.boot.LabConfig;
import dev.runyard.service.db.Statements;
import io.quarkus.runtime.StartupEvent;
import jakarta.annotation.Priority;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.time.Duration;
import java.time.Instant;
import java.util.UUID;

/** Ways into an account that are good once. */
@ApplicationScoped
public class Invitations {
    private static final Duration LIFE = Duration.ofHours(48);
    private static final String PREFIX = "inv_";
    private static final String FIRST = "admin";

    private final Statements statements;
    private final Accounts accounts;
    private final LabConfig config;

    public Invitations(Statements statements, Accounts accounts, LabConfig config) {
        this.statements = statements;
        this.accounts = accounts;
        this.config = config;
    }

    /** @param secret stored nowhere */
    record Invitation(String secret, Instant expiresAt) {
        @Override
        public String toString() {
            return "invitation until " + expiresAt;
        }
    }

    /** The one before counts no more. */
    Invitation make(UUID account, String who) {
        accounts.requireWalls();
        String secret = Tokens.fresh(PREFIX);
        Instant until = Instant.now().plus(LIFE);
        statements.change("delete from invitation where account_id = ? or expires_at < now()", account);
        statements.change(
                "insert into invitation (hash, account_id, created_by, expires_at) values (?, ?, ?, ?)",
                Tokens.hash(secret),
                account,
                who,
                until);
        return new Invitation(secret, until);
    }

    /** A lab that others reach and nobody can sign in to has its first administrator told, once, how to become it. */
    void started(@Observes @Priority(4_500) StartupEvent event) {
        boolean lonely =
                config.border().encrypted() && statements.number("select count(*) from account where not local") == 0;
        if (!lonely) {
            return;
        }
        UUID account = UUID.randomUUID();
        if (statements.change(
                        "insert into account (id, name, administrator, created_by) values (?, ?, true, 'runyard') on conflict do nothing",
                        account,
                        FIRST)
                == 1) {
            String address = config.border()
                    .proxy()
                    .map(Object::toString)
                    .orElse("https://" + config.hosts().stream().findFirst().orElse(config.bind())
                            + config.port().stream()
                                    .mapToObj(p -> ":" + p)
                                    .findFirst()
                                    .orElse(""));
            System.out.println(
                    "runyard: nobody has an account yet; whoever opens this within 48 hours is the administrator "
                            + FIRST + ", and it is not printed again: " + address + "/#invitation="
                            + make(account, "runyard").secret());
        }
    }
}
