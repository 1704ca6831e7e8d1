import { type FormEvent, useState } from "react";
import { people } from "../../api/people";
import { Button } from "../../components/controls/Button";
import { Field, TextField } from "../../components/controls/TextField";
import { ErrorNote } from "../../components/display/ErrorNote";

const SHORTEST = 12;

/** Whoever opens an invitation's link chooses the password of the account that it is for. */
export function InvitationForm({ invitation, done }: { invitation: string; done: () => void }) {
  const [password, setPassword] = useState("");
  const [again, setAgain] = useState("");
  const [busy, setBusy] = useState(false);
  const [refusal, setRefusal] = useState<unknown>(null);
  const differs = again !== "" && again !== password;

  const submit = (event: FormEvent) => {
    event.preventDefault();
    setBusy(true);
    people
      .takeInvitation(invitation, password)
      .then(done, setRefusal)
      .finally(() => setBusy(false));
  };

  return (
    <form className="note stack" onSubmit={submit} aria-label="Choose a password">
      <h1>Choose a password</h1>
      <p>You were invited to this lab. Nobody but you will know the password; the link is good once.</p>
      <Field label="Password" hint={`At least ${SHORTEST} characters; several words that you remember are best.`}>
        {(given) => <TextField {...given} type="password" autoComplete="new-password" value={password} onChange={(event) => setPassword(event.target.value)} />}
      </Field>
      <Field label="Again" wrong={differs ? "This is not the same." : undefined}>
        {(given) => <TextField {...given} type="password" autoComplete="new-password" value={again} onChange={(event) => setAgain(event.target.value)} />}
      </Field>
      <Button type="submit" kind="primary" busy={busy} disabled={password.length < SHORTEST || again !== password}>
        Choose it and sign in
      </Button>
      {refusal === null ? null : <ErrorNote error={refusal} />}
    </form>
  );
}
