import { Toaster, toast } from "sonner";
import { toProblem } from "../../api/problem";
import { useDark } from "../theme";

/** Long enough to read and to reach for the undo. */
const UNDO_MS = 10_000;

/** Says that something was done. @param undo takes it back; offered for ten seconds */
export function say(text: string, options: { detail?: string; undo?: () => unknown; tone?: "good" | "warn" } = {}): void {
  const { detail, undo, tone = "good" } = options;
  const show = tone === "warn" ? toast.warning : toast.success;
  show(text, {
    ...(detail ? { description: detail } : {}),
    ...(undo ? { duration: UNDO_MS, action: { label: "Undo", onClick: () => void undo() } } : {}),
  });
}

/** Says that something was refused or failed: why, and what to do. */
export function sayProblem(what: string, error: unknown): void {
  const problem = toProblem(error);
  toast.error(what, { description: [problem.message, problem.remedyOnce].filter(Boolean).join(" "), duration: 12_000 });
}

export function Toasts() {
  return <Toaster theme={useDark() ? "dark" : "light"} position="bottom-right" closeButton mobileOffset={{ bottom: 68 }} toastOptions={{ style: { fontFamily: "var(--sans)" } }} />;
}
