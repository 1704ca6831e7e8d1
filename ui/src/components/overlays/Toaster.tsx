import { useEffect } from "react";
import { Toaster as Sonner, toast } from "sonner";
import { useDark } from "../theme";
import { deliver } from "./toast";

/** Loaded with the first toast: most visits say nothing. */
export default function Toaster() {
  // Sonner, being inside, listens already when this runs.
  useEffect(() => deliver((said) => {
    const { tone, undo, undoMs, detail, text } = said;
    const show = tone === "bad" ? toast.error : tone === "warn" ? toast.warning : toast.success;
    show(text, {
      ...(detail ? { description: detail } : {}),
      ...(undo ? { duration: undoMs, action: { label: "Undo", onClick: () => void undo() } } : tone === "bad" ? { duration: undoMs } : {}),
    });
  }), []);
  return <Sonner theme={useDark() ? "dark" : "light"} position="bottom-right" closeButton mobileOffset={{ bottom: 68 }} toastOptions={{ style: { fontFamily: "var(--sans)" } }} />;
}
