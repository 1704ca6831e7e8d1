-- Every change that a person makes, written by the database in the transaction that makes it: none is forgotten, and none is told that did
-- not happen. before, after: SHA-256 of the row, so that it can be shown that it is the one. Nobody changes or deletes a line, the service
-- neither.
create table audit (
    id         bigint generated always as identity primary key,
    time       timestamptz not null default clock_timestamp(),
    who        text not null,
    account_id uuid,
    action     text not null check (action in ('INSERT', 'UPDATE', 'DELETE')),
    kind       text not null,
    object     text not null,
    project_id uuid,
    before     text,
    after      text,
    request    text not null,
    request_id text not null,
    address    text not null
);
create index audit_project on audit (project_id, id);
revoke update, delete, truncate on audit from current_user;

-- Who asks is in runyard.who while a person's request has the connection; what the lab does by itself is no person's change.
create function runyard_audit() returns trigger language plpgsql security definer set search_path = public, pg_temp as $$
declare
    o jsonb := case when tg_op = 'INSERT' then null else to_jsonb(old) end;
    n jsonb := case when tg_op = 'DELETE' then null else to_jsonb(new) end;
    r jsonb := coalesce(n, o);
begin
    if o is not distinct from n then
        return null;
    end if;
    insert into audit (who, account_id, action, kind, object, project_id, before, after, request, request_id, address)
    values (current_setting('runyard.who'), nullif(current_setting('runyard.account', true), '')::uuid, tg_op, tg_table_name,
            coalesce(r ->> 'id', concat_ws('/', r ->> 'project_id', r ->> 'run_id', r ->> 'account_id')),
            case tg_table_name when 'project' then (r ->> 'id')::uuid else (r ->> 'project_id')::uuid end,
            encode(sha256(convert_to(o::text, 'UTF8')), 'hex'), encode(sha256(convert_to(n::text, 'UTF8')), 'hex'),
            coalesce(current_setting('runyard.request', true), ''), coalesce(current_setting('runyard.request_id', true), ''),
            coalesce(current_setting('runyard.address', true), ''));
    return null;
end
$$;

-- The project of what is made without a word about it: the one that the request keeps to, else the default one, else the maker's only one.
create function runyard_project() returns uuid language sql stable security definer set search_path = public, pg_temp as $$
    select coalesce(
        nullif(current_setting('runyard.project', true), '')::uuid,
        (select p.id from project p where p.name = 'default'
         and (coalesce(current_setting('runyard.account', true), '') = '' or current_setting('runyard.administrator', true) = 'on'
              or exists (select from member m where m.project_id = p.id
                         and m.account_id = nullif(current_setting('runyard.account', true), '')::uuid))),
        (select (array_agg(m.project_id))[1] from member m where m.account_id = nullif(current_setting('runyard.account', true), '')::uuid
         having count(*) = 1))
$$;

-- A report is of runs of a project, and seen by its members.
alter table report add column project_id uuid references project (id) default runyard_project();
update report set project_id = (select id from project where name = 'default');
alter table report alter column project_id set not null;
