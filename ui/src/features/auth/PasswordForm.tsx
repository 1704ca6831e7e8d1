import { type FormEvent, useState } from "react";
import { people } from "../../api/people";
import { Button } from "../../components/controls/Button";
import { Field, TextField } from "../../components/controls/TextField";
import { ErrorNote } from "../../components/display/ErrorNote";

/** Name and password. Which of them was wrong, the lab does not say. */
export function PasswordForm({ done }: { done: () => void }) {
  const [name, setName] = useState("");
  const [password, setPassword] = useState("");
  const [busy, setBusy] = useState(false);
  const [refusal, setRefusal] = useState<unknown>(null);

  const submit = (event: FormEvent) => {
    event.preventDefault();
    setBusy(true);
    people
      .signIn(name.trim(), password)
      .then(done, setRefusal)
      .finally(() => setBusy(false));
  };

  return (
    <form className="stack" onSubmit={submit} aria-label="Sign in with a password">
      <Field label="Name">{(given) => <TextField {...given} autoComplete="username" value={name} onChange={(event) => setName(event.target.value)} />}</Field>
      <Field label="Password">
        {(given) => <TextField {...given} type="password" autoComplete="current-password" value={password} onChange={(event) => setPassword(event.target.value)} />}
      </Field>
      <Button type="submit" kind="primary" busy={busy} disabled={name.trim() === "" || password === ""}>
        Sign in
      </Button>
      {refusal === null ? null : <ErrorNote error={refusal} />}
    </form>
  );
}
