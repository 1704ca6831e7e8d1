-- Secrets that all services of a lab must know: what one of them signed, the others recognise.
create table secret (
    name       text primary key,
    value      text not null,
    created_at timestamptz not null default now()
);
