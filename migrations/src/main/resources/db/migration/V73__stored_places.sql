-- Data sets and weights in the artifact store, by the name that specs call them by; for every host that has no place of its own for the name.
create table stored_place (
    id          text primary key check (id ~ '^(dataset|weights):[A-Za-z0-9][A-Za-z0-9._-]{0,99}$'),
    sha256      text not null references blob (sha256),
    read_as     text check ((read_as is null) = (id like 'weights:%')),
    fingerprint text not null check (fingerprint ~ '^[0-9a-f]{64}$'),
    pushed_by   text not null,
    pushed_at   timestamptz not null default now()
);
comment on column stored_place.id is 'What specs that name it need: dataset:birds, weights:clip-b32.';
comment on column stored_place.read_as is 'As a spec''s dataset.id; none for weights.';
comment on column stored_place.fingerprint is 'As hosts tell it of what they have by the name: of data the hash that runs keep, of weights the SHA-256.';
create index stored_place_blob on stored_place (sha256);
