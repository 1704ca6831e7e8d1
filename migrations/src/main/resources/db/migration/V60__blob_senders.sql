-- Who sent a file whole, and so may have it until something refers to it: the project of the run that sent it, or an account.
create table blob_sender (
    sha256     text not null references blob (sha256) on delete cascade,
    project_id uuid references project (id) on delete cascade,
    account_id uuid references account (id) on delete cascade,
    sent_at    timestamptz not null default now(),
    check (num_nonnulls(project_id, account_id) = 1)
);
create unique index blob_sender_project on blob_sender (sha256, project_id) where project_id is not null;
create unique index blob_sender_account on blob_sender (sha256, account_id) where account_id is not null;
create index blob_sender_of_project on blob_sender (project_id);
create index blob_sender_of_account on blob_sender (account_id);
