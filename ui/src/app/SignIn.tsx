import { type FormEvent, useState } from "react";
import { api } from "../api/client";
import { tokenOf } from "../api/session";
import { ErrorNote } from "../components/display/ErrorNote";

/** What stands here for a browser that the lab does not know. */
export function SignIn({ done = () => location.reload() }: { done?: () => void }) {
  const [text, setText] = useState("");
  const [refusal, setRefusal] = useState<unknown>(null);
  const token = tokenOf(text);

  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (token !== null) api.signIn(token).then(done, setRefusal);
  };

  return (
    <form className="note" onSubmit={submit} aria-label="Sign in">
      <h1>This browser is not signed in</h1>
      <p>
        Open the address that <code>runyard up</code> printed, or the one that <code>runyard token --url</code> prints on the lab&apos;s machine. Or
        paste that address, or the token, here:
      </p>
      <label>
        Token{" "}
        <input type="password" autoComplete="off" spellCheck={false} value={text} onChange={(event) => setText(event.target.value)} />
      </label>{" "}
      <button type="submit" className="primary" disabled={token === null}>
        Sign in
      </button>
      {refusal === null ? null : <ErrorNote error={refusal} />}
    </form>
  );
}
