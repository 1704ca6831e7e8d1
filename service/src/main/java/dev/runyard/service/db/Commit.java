package dev.runyard.service.db;

import jakarta.enterprise.context.ApplicationScoped;
import jakarta.transaction.Status;
import jakarta.transaction.Synchronization;
import jakarta.transaction.TransactionSynchronizationRegistry;

/** The end of the caller's transaction. */
@ApplicationScoped
public class Commit {
    private final TransactionSynchronizationRegistry transactions;
    private final Statements statements;

    public Commit(TransactionSynchronizationRegistry transactions, Statements statements) {
        this.transactions = transactions;
        this.statements = statements;
    }

    /**
     * Gives the transaction's locks up once its end is in the log, without waiting for the disk: those who stand at one row do not wait for each
     * other's disk as well. A crash may undo it, so nobody is answered before {@link #durable} came back.
     */
    public void early() {
        statements.change("set local synchronous_commit = off");
    }

    /** Waits until all that was committed up to now is on the disk; those who wait at the same time share one write. */
    public void durable() {
        // A transaction of its own whose end waits; the log has an order, so what came before it is there too.
        statements.row("select pg_logical_emit_message(true, 'runyard', '') is not null", r -> r.getBoolean(1));
    }

    /** Does something once the transaction is committed, and never if it is not; at once where there is none. */
    public void then(Runnable what) {
        if (transactions.getTransactionStatus() != Status.STATUS_ACTIVE) {
            what.run();
            return;
        }
        transactions.registerInterposedSynchronization(new Synchronization() {
            @Override
            public void beforeCompletion() {}

            @Override
            public void afterCompletion(int status) {
                if (status == Status.STATUS_COMMITTED) {
                    what.run();
                }
            }
        });
    }
}
