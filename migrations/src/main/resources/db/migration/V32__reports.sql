-- Definitions of tables, each version of them, and tables as they were when somebody froze them.
create table report (
    id         uuid primary key,
    title      text not null,
    version    integer not null check (version >= 1),
    created_by text not null,
    created_at timestamptz not null default now(),
    changed_at timestamptz not null default now()
);

-- written: YAML or JSON as somebody wrote it. hash: of what it means, defaults included.
create table report_version (
    report_id  uuid not null references report (id) on delete cascade,
    version    integer not null check (version >= 1),
    written    text not null check (octet_length(written) <= 65536),
    hash       text not null,
    who        text not null,
    created_at timestamptz not null default now(),
    primary key (report_id, version)
);

-- content: the hash of its figures and run ids; the same content frozen twice is one.
create table report_frozen (
    report_id  uuid not null references report (id),
    content    text not null,
    version    integer not null,
    shown      text not null,
    who        text not null,
    created_at timestamptz not null default now(),
    primary key (report_id, content),
    foreign key (report_id, version) references report_version (report_id, version)
);

-- What retention spares: the files of these runs stay as long as a frozen table is of them.
create table report_citation (
    report_id uuid not null,
    content   text not null,
    run_id    uuid not null references run (id),
    primary key (report_id, content, run_id),
    foreign key (report_id, content) references report_frozen (report_id, content) on delete cascade
);
create index report_citation_run on report_citation (run_id);
