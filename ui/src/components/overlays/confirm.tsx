import { useSyncExternalStore } from "react";
import { Button } from "../controls/Button";
import { Dialog } from "./Dialog";

export interface Question {
  title: string;
  /** What happens, and what stays. */
  text: string;
  /** The word on the button that does it: what is done, not "OK". */
  act: string;
  danger?: boolean;
}

let asked: { question: Question; answer: (yes: boolean) => void } | null = null;
const watchers = new Set<() => void>();

function set(next: typeof asked): void {
  asked = next;
  for (const watcher of watchers) watcher();
}

/** Asks before something that cannot be undone. What can be undone is done at once, with an undo in its toast. */
export function confirm(question: Question): Promise<boolean> {
  asked?.answer(false);
  return new Promise((answer) => set({ question, answer }));
}

const subscribe = (watcher: () => void) => {
  watchers.add(watcher);
  return () => watchers.delete(watcher);
};

/** Once on the page: draws what `confirm` asks. */
export function Confirm() {
  const now = useSyncExternalStore(subscribe, () => asked);
  const close = (yes: boolean) => {
    now?.answer(yes);
    set(null);
  };
  return (
    <Dialog
      open={now !== null}
      onClose={() => close(false)}
      title={now?.question.title ?? ""}
      description={now?.question.text}
      foot={
        <>
          <Button onClick={() => close(false)}>Keep it as it is</Button>
          <Button kind={now?.question.danger ? "danger" : "primary"} onClick={() => close(true)}>
            {now?.question.act}
          </Button>
        </>
      }
    />
  );
}
