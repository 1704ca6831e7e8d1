package dev.runyard.service.db;

import jakarta.enterprise.context.ApplicationScoped;
import jakarta.transaction.Status;
import jakarta.transaction.Synchronization;
import jakarta.transaction.TransactionSynchronizationRegistry;

/** The end of the caller's transaction. */
@ApplicationScoped
public class Commit {
    private final TransactionSynchronizationRegistry transactions;

    public Commit(TransactionSynchronizationRegistry transactions) {
        this.transactions = transactions;
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
