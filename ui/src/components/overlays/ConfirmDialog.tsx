import { useSyncExternalStore } from "react";
import { Button } from "../controls/Button";
import { answer, now as asked, subscribe } from "./confirm";
import { Dialog } from "./Dialog";

/** Loaded with the first question. */
export default function ConfirmDialog() {
  const now = useSyncExternalStore(subscribe, asked);
  return (
    <Dialog
      open={now !== null}
      onClose={() => answer(false)}
      title={now?.title ?? ""}
      description={now?.text}
      foot={
        <>
          <Button onClick={() => answer(false)}>Keep it as it is</Button>
          <Button kind={now?.danger ? "danger" : "primary"} onClick={() => answer(true)}>
            {now?.act}
          </Button>
        </>
      }
    />
  );
}
