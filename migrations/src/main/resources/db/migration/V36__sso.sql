-- A sign-in through an institution that has begun and not come back yet. hash: SHA-256 of the state that the browser carries.
create table sso_attempt (
    hash       text collate "C" primary key check (hash ~ '^[0-9a-f]{64}$'),
    nonce      text not null,
    verifier   text not null,
    expires_at timestamptz not null
);
