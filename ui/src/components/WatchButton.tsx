import { Bell, BellRing } from "lucide-react";
import { IconButton } from "./controls/Button";
import { forget, useWatched, watch, type Watched } from "./watch";

/** Opt in to being told when this ends. */
export function WatchButton({ what }: { what: Watched }) {
  const on = useWatched().some((one) => one.id === what.id);
  return <IconButton icon={on ? BellRing : Bell} label={on ? "Do not tell me when it ends" : "Tell me when it ends"} aria-pressed={on} onClick={() => (on ? forget(what.id) : void watch(what))} />;
}
