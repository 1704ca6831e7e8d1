import { render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, test, vi } from "vitest";
import { Tips } from "../overlays/Tooltip";
import { ShortcutHelp } from "./ShortcutHelp";
import { useShortcuts } from "./shortcuts";

function Page({ find, go, open, help }: { find: () => void; go: () => void; open: () => void; help: boolean }) {
  useShortcuts([
    { keys: "/", label: "Find a run", group: "Table", run: find },
    { keys: "g r", label: "Go to runs", group: "Everywhere", run: go },
    { keys: "mod+k", label: "Palette", group: "Everywhere", run: open },
  ]);
  return (
    <Tips>
      <input aria-label="box" />
      <ShortcutHelp open={help} onClose={() => undefined} />
    </Tips>
  );
}

test("keys do what they say, are text in a text box, and stand behind the question mark (U-20)", async () => {
  const [find, go, open] = [vi.fn(), vi.fn(), vi.fn()];
  const { rerender, unmount } = render(<Page find={find} go={go} open={open} help />);
  for (const words of ["Find a run", "Go to runs", "Palette"]) expect(screen.getByText(words)).toBeTruthy();
  rerender(<Page find={find} go={go} open={open} help={false} />);
  await userEvent.keyboard("/");
  expect(find).toHaveBeenCalledOnce();
  await userEvent.keyboard("gr");
  expect(go).toHaveBeenCalledOnce();
  screen.getByLabelText("box").focus();
  await userEvent.keyboard("/gr");
  expect(screen.getByLabelText<HTMLInputElement>("box").value).toBe("/gr");
  await userEvent.keyboard("{Control>}k{/Control}");
  expect(open).toHaveBeenCalledOnce();
  expect(find).toHaveBeenCalledOnce();
  unmount();
  await userEvent.keyboard("{Control>}k{/Control}");
  expect(open).toHaveBeenCalledOnce();
});
