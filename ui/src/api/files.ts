import { addressInProject } from "./project";

/** What is shown of a file that may be long, in characters. */
const MOST = 400_000;

/** Beginning of a stored file as text. */
export interface Beginning {
  text: string;
  /** More stands in the file. */
  more: boolean;
}

/** Where a stored file is had. */
export const fileAddress = (sha256: string) => addressInProject(`/api/v1/artifacts/${sha256}`);

/** A stored file that is text. */
export async function beginningOf(sha256: string): Promise<Beginning> {
  const answer = await globalThis.fetch(fileAddress(sha256));
  if (!answer.ok) throw new Error(answer.status === 404 ? "The lab does not have this file any more." : `The lab answered ${answer.status}.`);
  const text = await answer.text();
  return { text: text.slice(0, MOST), more: text.length > MOST };
}
