-- What a person may see and do, and that what they do is written down, once for every table and every statement (ADR "Walls between projects in the database").
--
-- The service's own work runs as the owner of the tables, whom no policy holds. What it does for a person who is not the administrator runs
-- as runyard_person, with the account in runyard.account: that role sees the rows of the account's projects, and changes what the account's
-- role there allows. Flyway runs this after each start's migrations; policies that say what they are to say are left as they are, and others,
-- of an older version, are made anew. A table that a later migration makes is walled by its project_id, experiment_id, sweep_id, run_id or report_id; one that has none of these is closed to people, unless
-- it is listed below.
do $audit$
declare
    -- Written by workers, by the lab itself, or as the consequence of a row that is written down.
    machine constant text[] := array['flyway_schema_history', 'audit', 'sso_attempt', 'event', 'attempt', 'lease', 'refusal', 'worker', 'idempotency', 'blob',
        'config_layout', 'run_config', 'config_value', 'config_unseen', 'sweep_point', 'sweep_draw', 'sweep_reading', 'run_log',
        'metric_key', 'metric_point', 'metric_summary', 'metric_block', 'metric_beat', 'checkpoint', 'checkpoint_file', 'artifact', 'blob_sender', 'client_run', 'run_dataset', 'logged_model', 'run_output', 'usage', 'secret'];
    t text;
begin
    perform pg_advisory_xact_lock(hashtext('runyard_walls'));
    for t in
        select c.relname from pg_class c
        where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') and c.relname <> all (machine)
          and not exists (select from pg_trigger g where g.tgrelid = c.oid and g.tgname = 'runyard_audit')
    loop
        execute format('create trigger runyard_audit after insert or update or delete on %I for each row'
                       ' when (coalesce(current_setting(''runyard.who'', true), '''') <> '''') execute function runyard_audit()', t);
    end loop;
end
$audit$;

do $walls$
declare
    -- Of the lab, for all to see.
    shared constant text[] := array['device', 'worker', 'metric_key', 'metric_beat', 'config_layout', 'idempotency'];
    -- Read by the service for everybody, and by no person.
    closed constant text[] := array['flyway_schema_history', 'account', 'session', 'api_token', 'invitation', 'sso_attempt', 'secret', 'credential'];
    -- Behind a row that something is written about: by whoever works in its project.
    works constant text := ' and o.project_id = any ((select runyard_works())::uuid[])';
    t record;
    link record;
    seen text;
    acts text;
    adds text;
    parts text[];
    news text[];
    words text;
    policy text;
begin
    perform pg_advisory_xact_lock(hashtext('runyard_walls'));
    begin
        if not exists (select from pg_roles where rolname = 'runyard_person') then
            create role runyard_person nologin;
        end if;
        -- From 16 on whoever makes a role is its member, and may not become it before that is granted, too.
        if not pg_has_role(current_user, 'runyard_person',
                           case when current_setting('server_version_num')::integer >= 160000 then 'set' else 'member' end) then
            execute format('grant runyard_person to %I', current_user);
        end if;
    exception
        when insufficient_privilege then
            -- A lab on loopback does without; whoever wants an account is told what is missing, and gets none.
            return;
        when duplicate_object or unique_violation then
            null;
    end;

    create or replace function runyard_sees() returns uuid[] language sql stable security definer set search_path = public, pg_temp as $$
        select coalesce(array_agg(p.id), '{}') from project p
        where (coalesce(current_setting('runyard.project', true), '') = ''
               or p.id = nullif(current_setting('runyard.project', true), '')::uuid)
          and (current_setting('runyard.administrator', true) = 'on'
               or exists (select from member m where m.project_id = p.id
                          and m.account_id = nullif(current_setting('runyard.account', true), '')::uuid))
    $$;
    -- Projects in which the account changes what is its own.
    create or replace function runyard_works() returns uuid[] language sql stable security definer set search_path = public, pg_temp as $$
        select coalesce(array_agg(p.id), '{}') from project p
        where coalesce(current_setting('runyard.scope', true), '') <> 'READ'
          and p.id = any (runyard_sees())
          and (current_setting('runyard.administrator', true) = 'on'
               or exists (select from member m where m.project_id = p.id and m.role in ('RESEARCHER', 'MAINTAINER')
                          and m.account_id = nullif(current_setting('runyard.account', true), '')::uuid))
    $$;
    -- Projects in which it changes everybody's.
    create or replace function runyard_keeps() returns uuid[] language sql stable security definer set search_path = public, pg_temp as $$
        select coalesce(array_agg(p.id), '{}') from project p
        where coalesce(current_setting('runyard.scope', true), '') <> 'READ'
          and p.id = any (runyard_sees())
          and (current_setting('runyard.administrator', true) = 'on'
               or exists (select from member m where m.project_id = p.id and m.role = 'MAINTAINER'
                          and m.account_id = nullif(current_setting('runyard.account', true), '')::uuid))
    $$;
    create or replace function runyard_me() returns text language sql stable security definer set search_path = public, pg_temp as $$
        select name from account where id = nullif(current_setting('runyard.account', true), '')::uuid
    $$;

    -- A row that may be seen and not deleted is refused, where a policy alone would pass over it in silence.
    create or replace function runyard_require(allowed boolean) returns boolean language plpgsql stable as $$
    begin
        if allowed then
            return true;
        end if;
        raise insufficient_privilege using message = 'the role of this account does not delete that';
    end
    $$;
    -- Whether there is such a row, whoever may see it. What one statement makes together (a run and its first event) is not there yet for
    -- its own policies; what is not there belongs to nobody else, and is held to its project where it is made.
    create or replace function runyard_known(kind text, id uuid) returns boolean language sql stable security definer set search_path = public, pg_temp as $$
        select case kind when 'run' then exists (select from run r where r.id = $2)
                         when 'sweep' then exists (select from sweep s where s.id = $2)
                         when 'report' then exists (select from report p where p.id = $2)
                         else exists (select from experiment e where e.id = $2) end
    $$;

    grant usage on schema public to runyard_person;
    grant usage on all sequences in schema public to runyard_person;
    grant select (id, name, administrator, created_at) on account to runyard_person;

    for t in
        select c.relname::text as name,
               array(select a.attname::text from pg_attribute a where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped) as columns,
               array(select p.polname::text from pg_policy p where p.polrelid = c.oid and p.polname like 'runyard\_%') as policies,
               (select obj_description(p.oid, 'pg_policy') from pg_policy p where p.polrelid = c.oid and p.polname = 'runyard_seen') as said
        from pg_class c
        where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p')
    loop
        acts := null;
        adds := null;
        if (t.name = any (shared) or t.name = any (closed)) and cardinality(t.policies) > 0 then
            foreach policy in array t.policies loop
                execute format('drop policy %I on %I', policy, t.name);
            end loop;
            execute format('alter table %I disable row level security', t.name);
            execute format('revoke all on %I from runyard_person', t.name);
        end if;
        if t.name = any (shared) then
            execute format('grant select, insert, update, delete on %I to runyard_person', t.name);
            continue;
        elsif t.name = 'stored_place' then
            -- Of no project, and for whoever is in one.
            seen := 'cardinality((select runyard_sees())::uuid[]) > 0';
            acts := 'cardinality((select runyard_works())::uuid[]) > 0';
        elsif t.name = 'project' then
            seen := 'id = any ((select runyard_sees())::uuid[])';
            acts := 'id = any ((select runyard_keeps())::uuid[])';
        elsif t.name = 'audit' then
            seen := 'project_id = any ((select runyard_keeps())::uuid[])';
        elsif t.name = 'member' then
            seen := 'project_id = any ((select runyard_sees())::uuid[])';
            acts := 'project_id = any ((select runyard_keeps())::uuid[])';
        elsif t.name = 'note' then
            seen := 'case kind when ''RUN'' then exists (select from run o where o.id = subject%1$s)'
                 || ' when ''SWEEP'' then exists (select from sweep o where o.id = subject%1$s)'
                 || ' else exists (select from experiment o where o.id = subject%1$s) end';
            acts := format(seen, works);
            seen := format(seen, '');
        elsif t.name = 'blob' then
            parts := '{}';
            for link in
                select c.conrelid::regclass::text as relation, a.attname::text as name
                from pg_constraint c join pg_attribute a on a.attrelid = c.conrelid and a.attnum = c.conkey[1]
                where c.contype = 'f' and c.confrelid = 'blob'::regclass
            loop
                parts := parts || format('exists (select from %s o where o.%I = blob.sha256)', link.relation, link.name);
            end loop;
            -- The code of programs, which specs name.
            parts := parts || 'exists (select from run o where jsonb_exists(o.spec, ''code'')'
                              ' and (o.spec #>> ''{code,archive}'' = blob.sha256 or o.spec #>> ''{code,diff}'' = blob.sha256))'::text;
            parts := parts || 'exists (select from sweep o where jsonb_exists(o.spec -> ''base'', ''code'')'
                              ' and (o.spec #>> ''{base,code,archive}'' = blob.sha256 or o.spec #>> ''{base,code,diff}'' = blob.sha256))'::text;
            seen := array_to_string(parts, ' or ');
        elsif t.name = 'blob_sender' then
            seen := 'project_id = any ((select runyard_sees())::uuid[])'
                 || ' or account_id = nullif(current_setting(''runyard.account'', true), '''')::uuid';
            acts := 'false';
        elsif t.name = any (closed) then
            continue;
        elsif 'project_id' = any (t.columns) then
            seen := 'project_id = any ((select runyard_sees())::uuid[])';
            acts := 'project_id = any ((select runyard_keeps())::uuid[])';
            if 'created_by' = any (t.columns) then
                acts := acts || ' or (project_id = any ((select runyard_works())::uuid[]) and created_by = (select runyard_me()))';
            end if;
        else
            parts := '{}';
            news := '{}';
            for link in
                select * from (values ('run_id', 'run'), ('sweep_id', 'sweep'), ('experiment_id', 'experiment'),
                                       ('report_id', 'report')) as l (name, relation)
                where l.name = any (t.columns)
            loop
                parts := parts || format('(%1$I.%2$I is null or exists (select from %3$I o where o.id = %1$I.%2$I%%1$s))',
                                         t.name, link.name, link.relation);
                news := news || format('(%1$I.%2$I is null or not runyard_known(%3$L, %1$I.%2$I)'
                                       ' or exists (select from %3$I o where o.id = %1$I.%2$I%4$s))',
                                       t.name, link.name, link.relation, works);
            end loop;
            if cardinality(parts) = 0 then
                continue;
            end if;
            acts := format(array_to_string(parts, ' and '), works);
            adds := array_to_string(news, ' and ');
            seen := format(array_to_string(parts, ' and '), '');
        end if;
        words := md5(concat_ws(' | ', seen, adds, acts));
        if t.said is not distinct from words then
            continue;
        end if;
        foreach policy in array t.policies loop
            execute format('drop policy %I on %I', policy, t.name);
        end loop;
        execute format('alter table %I enable row level security', t.name);
        if t.name = 'audit' then
            grant select on audit to runyard_person;
            execute format('create policy runyard_seen on audit for select to runyard_person using (%s)', seen);
            execute format('comment on policy runyard_seen on audit is %L', words);
            continue;
        end if;
        execute format('grant select, insert, update, delete on %I to runyard_person', t.name);
        -- What may be seen may be named in a change; a change that the role does not allow is then refused, and not passed over in silence.
        execute format('create policy runyard_seen on %I for select to runyard_person using (%s)', t.name, seen);
        execute format('create policy runyard_adds on %I for insert to runyard_person with check (%s)', t.name, coalesce(adds, acts, seen));
        execute format('create policy runyard_acts on %I for update to runyard_person using (%s) with check (%s)',
                       t.name, seen, coalesce(acts, seen));
        execute format('create policy runyard_drops on %I for delete to runyard_person using (case when %s then runyard_require(%s) else false end)',
                       t.name, seen, coalesce(acts, seen));
        execute format('comment on policy runyard_seen on %I is %L', t.name, words);
    end loop;
end
$walls$;
