import { ChevronRight } from "lucide-react";
import { type ReactNode, useState } from "react";

/** A part of the spec that says nothing yet is one line until it is wanted. */
export function Folded({ name, about, open, children }: { name: string; about: string | undefined; open: boolean; children: ReactNode }) {
  const [wanted, setWanted] = useState(false);
  if (open || wanted) return children;
  return (
    <button type="button" className="fold" aria-expanded={false} onClick={() => setWanted(true)}>
      <ChevronRight size={15} aria-hidden="true" />
      <strong>{name}</strong> <span className="faint">{about ?? "as by default"}</span>
    </button>
  );
}
