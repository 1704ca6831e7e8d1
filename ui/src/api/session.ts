import { useQuery } from "@tanstack/react-query";
import { api, http } from "./client";
import { keys } from "./keys";
import { problemOf, toProblem } from "./problem";

/** The token in what a person pasted: it alone, or the address that ends with `#token=…`. */
export function tokenOf(text: string): string | null {
  const given = /(?:^|[#&])token=([^&\s]+)/.exec(text)?.[1] ?? text.trim();
  return /^[\w.-]{1,500}$/.test(given) ? given : null;
}

let invited: string | null = null;

/** The invitation that this tab was opened with; it is gone from the address bar since, and from what the browser remembers of it. */
export function invitationOf(): string | null {
  const given = /[#&]invitation=([\w-]{1,200})/.exec(location.hash)?.[1];
  if (given) {
    invited = given;
    history.replaceState(null, "", location.pathname + location.search);
  }
  return invited;
}

let refused: string | null = null;

/** Why the institution's sign-in led back here without one, as the lab's word for it; gone from the address bar since. */
export function refusalOf(): string | null {
  const given = /[#&]refused=(\w{1,40})/.exec(location.hash)?.[1];
  if (given) {
    refused = given;
    history.replaceState(null, "", location.pathname + location.search);
  }
  return refused;
}

/**
 * Signs in with the address's token, which is gone from the address bar, and from what the browser remembers of it, before
 * anything is sent. Resolves also when the lab refuses: the page then says how to sign in.
 */
export async function signInFromAddress(): Promise<boolean> {
  if (invitationOf() !== null) return false;
  if (!location.hash.includes("token=")) return false;
  const token = tokenOf(location.hash);
  history.replaceState(null, "", location.pathname + location.search);
  if (token === null) return false;
  return api.signIn(token).then(
    () => true,
    () => false,
  );
}

/** Takes this browser's cookie back. @throws Problem where the lab does not answer */
export async function signOut(): Promise<void> {
  const { response, error } = await http.DELETE("/api/v1/session").catch((cause: unknown) => {
    throw toProblem(cause);
  });
  if (!response.ok && response.status !== 401) throw problemOf(response.status, error);
}

/** Whether the lab does not know who asks. */
export function useSignedOut(): boolean {
  const { error } = useQuery({ queryKey: keys.lab, queryFn: api.lab, refetchInterval: 15_000 });
  return error !== null && toProblem(error).status === 401;
}
