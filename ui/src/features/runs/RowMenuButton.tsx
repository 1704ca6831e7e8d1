import { Ellipsis } from "lucide-react";
import type { ComponentProps } from "react";
import css from "./runs.module.css";

type ButtonProps = ComponentProps<"button"> & { name: string; onOpen?: () => void };

/** The button alone: a list of thousands of rows has one menu, that of the row where it is open. */
export function RowMenuButton({ name, onOpen, ...rest }: ButtonProps) {
  return (
    <button onClick={onOpen} {...rest} type="button" className={css.rowMenu} aria-label={`What to do with ${name}`} aria-haspopup="menu" tabIndex={-1}>
      <Ellipsis size={15} aria-hidden="true" />
    </button>
  );
}
