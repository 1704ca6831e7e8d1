import { useQuery } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { api } from "../api/client";
import { people, peopleKeys } from "../api/people";
import { Problem } from "../api/problem";
import { invitationOf, refusalOf, tokenOf } from "../api/session";
import { ErrorNote } from "../components/display/ErrorNote";
import { Skeleton } from "../components/display/Skeleton";
import { InvitationForm } from "../features/auth/InvitationForm";
import { PasswordForm } from "../features/auth/PasswordForm";

/** The lab's words for why an institution's sign-in came to nothing, and what to do then. */
const REFUSED: Record<string, string> = {
  NOT_BEGUN_HERE: "This sign-in was not begun in this browser, was given up, or took too long. Begin again.",
  NOT_VOUCHED_FOR: "Your institution's sign-in did not say who you are. Begin again; if it stays so, tell an administrator of the lab.",
  ISSUER_AWAY: "Your institution's sign-in does not answer. Try again in a while.",
  DISABLED: "This account is disabled. Ask an administrator of the lab.",
  NAME_TAKEN: "There is an account of your name already that signs in by another way. Ask an administrator of the lab.",
};

function Refused() {
  const [code] = useState(refusalOf);
  if (code === null) return null;
  return <ErrorNote error={new Problem({ code, detail: REFUSED[code] ?? "The lab did not take this sign-in. Begin again; if it stays so, tell an administrator of the lab." })} />;
}

/** What stands here for a browser that the lab does not know. */
export function SignIn({ done = () => location.reload() }: { done?: () => void }) {
  const [invitation] = useState(invitationOf);
  const ways = useQuery({ queryKey: peopleKeys.ways, queryFn: people.ways, staleTime: 60_000 });
  if (invitation !== null) return <InvitationForm invitation={invitation} done={done} />;
  // Which form it is the lab says: none stands here that is gone in a moment.
  if (ways.isPending) {
    return (
      <div className="note narrow">
        <h1>Sign in</h1>
        <Skeleton what="how to sign in" lines={3} />
      </div>
    );
  }
  if (ways.data?.passwords || ways.data?.sso) {
    return (
      <div className="note narrow">
        <h1>Sign in</h1>
        <Refused />
        {ways.data.sso ? (
          <p>
            <a href="/api/v1/sign-in/sso">Sign in through your institution</a>
          </p>
        ) : null}
        <PasswordForm done={done} />
        <details>
          <summary>With a token of the lab&apos;s own machine</summary>
          <TokenForm done={done} />
        </details>
      </div>
    );
  }
  return <TokenForm done={done} alone />;
}

function TokenForm({ done, alone = false }: { done: () => void; alone?: boolean }) {
  const [text, setText] = useState("");
  const [refusal, setRefusal] = useState<unknown>(null);
  const token = tokenOf(text);

  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (token !== null) api.signIn(token).then(done, setRefusal);
  };

  return (
    <form className={alone ? "note narrow" : "stack"} onSubmit={submit} aria-label="Sign in">
      {alone ? <h1>This browser is not signed in</h1> : null}
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
