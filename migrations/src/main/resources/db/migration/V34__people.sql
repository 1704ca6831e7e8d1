-- Who works in the lab, in which projects, and by what they are known. Whoever a row's created_by names is the account of that name.

-- password: as its hash function writes it; null: signs in by another way. subject: what an
-- OpenID Connect issuer calls the person. local: stands for the account of the operating system that runs a lab on loopback.
create table account (
    id            uuid primary key default gen_random_uuid(),
    name          text not null unique check (octet_length(name) between 1 and 100),
    administrator boolean not null default false,
    password      text,
    subject       text unique,
    local         boolean not null default false,
    disabled_at   timestamptz,
    created_at    timestamptz not null default now(),
    created_by    text not null
);

create table member (
    project_id uuid not null references project (id),
    account_id uuid not null references account (id),
    role       text not null check (role in ('VIEWER', 'RESEARCHER', 'MAINTAINER')),
    created_at timestamptz not null default now(),
    created_by text not null,
    primary key (project_id, account_id)
);
create index member_account on member (account_id);

-- A browser that is signed in. hash: SHA-256 of what its cookie holds, which is stored nowhere.
create table session (
    id           uuid primary key default gen_random_uuid(),
    account_id   uuid not null references account (id),
    hash         text collate "C" not null unique check (hash ~ '^[0-9a-f]{64}$'),
    address      text not null,
    agent        text not null,
    created_at   timestamptz not null default now(),
    expires_at   timestamptz not null,
    last_used_at timestamptz not null default now()
);
create index session_account on session (account_id);

-- What a program shows for a person. hash: SHA-256 of it. scope READ: looks, and changes nothing.
create table api_token (
    id           uuid primary key default gen_random_uuid(),
    account_id   uuid not null references account (id),
    name         text not null check (octet_length(name) between 1 and 100),
    hash         text collate "C" not null unique check (hash ~ '^[0-9a-f]{64}$'),
    scope        text not null check (scope in ('READ', 'WRITE')),
    created_at   timestamptz not null default now(),
    expires_at   timestamptz,
    last_used_at timestamptz,
    revoked_at   timestamptz
);
create index api_token_account on api_token (account_id);

-- A link that is good once: whoever opens it says a password, and is the account from then on.
create table invitation (
    hash       text collate "C" primary key check (hash ~ '^[0-9a-f]{64}$'),
    account_id uuid not null references account (id),
    created_at timestamptz not null default now(),
    created_by text not null,
    expires_at timestamptz not null
);

-- What a project's pages keep is the project's.
alter table saved_view
    add column project_id uuid references project (id);
update saved_view set project_id = (select id from project where name = 'default');
alter table saved_view alter column project_id set not null;
drop index saved_view_name;
drop index saved_view_first;
create unique index saved_view_name on saved_view (project_id, page, coalesce(experiment, ''), name);
create unique index saved_view_first on saved_view (project_id, page, coalesce(experiment, '')) where first;

-- Whoever names an experiment does not always name its project.
create index experiment_name on experiment (name);
