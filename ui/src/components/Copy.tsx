import { useState } from "react";

/** Copies text; says so for a moment. */
export function Copy({ text, label, title }: { text: string; label: string; title?: string }) {
  const [said, say] = useState<string | null>(null);
  const copy = () => {
    navigator.clipboard.writeText(text).then(
      () => say("copied"),
      () => say("not allowed"),
    );
    setTimeout(() => say(null), 1500);
  };
  return (
    <button type="button" className="quiet" onClick={copy} title={title}>
      <span aria-live="polite">{said ?? label}</span>
    </button>
  );
}
