import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { beginningOf, fileAddress } from "../../api/files";
import { Button } from "../../components/controls/Button";
import { Answered } from "../../components/display/Answered";
import { KeyValue } from "../../components/display/KeyValue";
import { Dialog } from "../../components/overlays/Dialog";
import type { Code } from "../../components/code";
import css from "./run.module.css";

/** Behind the commit of a worker that was built of a changed tree. */
const CHANGED = /\.changed$/;

/** At which commit the program, or the worker that trained, was, and what stood in its folder besides. */
export function CodeFacts({ code, name }: { code: Code; name: string }) {
  const [open, setOpen] = useState(false);
  return (
    <>
      {code.commit ? (
        <KeyValue name="Commit" title={code.commit}>
          <code>{code.commit.replace(CHANGED, "").slice(0, 12)}</code>
          {CHANGED.test(code.commit) ? <span className="faint"> with changes that are in no commit</span> : null}
          {code.diff ? null : code.archive ? <span className="faint"> as committed</span> : null}
        </KeyValue>
      ) : null}
      {code.diff ? (
        <KeyValue name="Changes since">
          <Button size="s" onClick={() => setOpen(true)}>
            Show
          </Button>
        </KeyValue>
      ) : null}
      {code.archive ? (
        <KeyValue name="Files">
          <a href={fileAddress(code.archive)} download={`${name}.zip`}>
            save them
          </a>
        </KeyValue>
      ) : null}
      {code.source ? <KeyValue name="Source">{code.source}</KeyValue> : null}
      {code.diff ? (
        <Dialog open={open} onClose={() => setOpen(false)} title="Changes since the commit" {...(code.commit ? { description: code.commit } : {})} wide>
          {open ? <Changes sha256={code.diff} name={name} /> : null}
        </Dialog>
      ) : null}
    </>
  );
}

const KINDS: readonly [RegExp, string | undefined][] = [
  [/^(diff |index |\+\+\+ |--- |new file|deleted file|rename |similarity )/, css.diffFile],
  [/^@@/, css.diffPlace],
  [/^\+/, css.diffMore],
  [/^-/, css.diffLess],
];

function Changes({ sha256, name }: { sha256: string; name: string }) {
  const query = useQuery({ queryKey: ["file", sha256], queryFn: () => beginningOf(sha256), staleTime: Infinity });
  return (
    <Answered query={query} what="the changes">
      {({ text, more }) => (
        <>
          {/* Scrolls, so it must be reachable by keyboard. */}
          {/* eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex */}
          <pre className={css.diff} tabIndex={0} role="region" aria-label="Changed lines">
            {text.split("\n").map((line, i) => (
              <span key={i} className={KINDS.find(([kind]) => kind.test(line))?.[1]}>
                {line}
                {"\n"}
              </span>
            ))}
          </pre>
          <p className="small faint">
            {more ? "Its beginning. " : ""}
            <a href={fileAddress(sha256)} download={`${name}.diff`}>
              Save it
            </a>
          </p>
        </>
      )}
    </Answered>
  );
}
