import { Component, type ReactNode } from "react";

/** A fault of the page itself: the rest of the page stays usable. */
export class ErrorBoundary extends Component<{ children: ReactNode }, { fault: Error | null }> {
  override state: { fault: Error | null } = { fault: null };

  static getDerivedStateFromError(fault: unknown) {
    return { fault: fault instanceof Error ? fault : new Error(String(fault)) };
  }

  override render() {
    const { fault } = this.state;
    if (!fault) return this.props.children;
    return (
      <div className="note note-bad" role="alert">
        <p>This part of the page broke: {fault.message}</p>
        <p className="remedy">Nothing in the lab is affected. Load the page again; if it stays, report it with this address.</p>
        <button type="button" onClick={() => location.reload()}>
          Load again
        </button>
      </div>
    );
  }
}
