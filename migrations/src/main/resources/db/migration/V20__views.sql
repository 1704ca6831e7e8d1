-- A page as somebody left it, by name: its address says the rest.
create table saved_view (
    id         uuid primary key default gen_random_uuid(),
    name       text not null check (octet_length(name) between 1 and 250),
    page       text not null check (octet_length(page) between 1 and 50),
    experiment text,
    address    text not null check (octet_length(address) <= 16384),
    created_by text not null,
    created_at timestamptz not null default now(),
    changed_at timestamptz not null default now()
);
create unique index saved_view_name on saved_view (page, coalesce(experiment, ''), name);
