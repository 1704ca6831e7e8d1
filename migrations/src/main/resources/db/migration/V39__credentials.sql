-- How hosts join: an administrator makes a row, whose token lets one host in once and for a short while; from then on the row's credential
-- is that host's own, until somebody revokes it.
create table credential (
    id         uuid primary key default gen_random_uuid(),
    created_at timestamptz not null default now(),
    created_by text not null,
    expires_at timestamptz not null,
    host       text,
    used_at    timestamptz,
    last_used  timestamptz,
    revoked_at timestamptz,
    revoked_by text
);
alter table worker add column credential_id uuid references credential (id);
