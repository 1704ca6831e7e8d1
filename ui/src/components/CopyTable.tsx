import { ChevronDown } from "lucide-react";
import { Button } from "./controls/Button";
import { Menu, MenuItem } from "./overlays/Menu";
import { say, sayProblem } from "./overlays/toast";
import { TABLE_FORMS, tableText, type Words } from "./tableText";

const HINTS = { text: "tabs between, for a spreadsheet", Markdown: "for a note", LaTeX: "booktabs, for a paper" };

/** Copies a table in the form that the place where it goes takes. */
export function CopyTable({ table }: { table: () => Words }) {
  return (
    <Menu
      align="end"
      trigger={
        <Button size="s" kind="quiet">
          Copy table <ChevronDown size={13} aria-hidden="true" />
        </Button>
      }
    >
      {TABLE_FORMS.map((form) => (
        <MenuItem
          key={form}
          hint={HINTS[form]}
          onSelect={() =>
            void navigator.clipboard.writeText(tableText(table(), form)).then(
              () => say(`The table is copied as ${form}`),
              (fault: unknown) => sayProblem("Copying", fault),
            )
          }
        >
          {form === "text" ? "As text" : `As ${form}`}
        </MenuItem>
      ))}
    </Menu>
  );
}
