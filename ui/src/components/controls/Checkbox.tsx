import { Check, Minus } from "lucide-react";
import { Checkbox as Radix, Switch as RadixSwitch } from "radix-ui";
import { type MouseEvent, type ReactNode, useId } from "react";
import css from "./fields.module.css";

interface Props {
  checked: boolean | "some";
  onChecked: (checked: boolean) => void;
  /** Seen beside it, or with `hidden` only read out. */
  label: ReactNode;
  hidden?: boolean;
  disabled?: boolean;
  /** For what holds the shift key down. */
  onClick?: (event: MouseEvent) => void;
  tabIndex?: number;
}

export function Checkbox({ checked, onChecked, label, hidden = false, disabled = false, onClick, tabIndex }: Props) {
  const id = useId();
  const box = (
    <Radix.Root
      id={id}
      className={css.box}
      checked={checked === "some" ? "indeterminate" : checked}
      onCheckedChange={(next) => onChecked(next === true)}
      disabled={disabled}
      onClick={onClick}
      tabIndex={tabIndex}
      {...(hidden && typeof label === "string" ? { "aria-label": label } : {})}
    >
      <Radix.Indicator asChild>{checked === "some" ? <Minus size={13} strokeWidth={3} aria-hidden="true" /> : <Check size={13} strokeWidth={3} aria-hidden="true" />}</Radix.Indicator>
    </Radix.Root>
  );
  if (hidden) return box;
  return (
    <span className={css.check}>
      {box}
      <label htmlFor={id}>{label}</label>
    </span>
  );
}

/** On or off, at once. */
export function Switch({ checked, onChecked, label, disabled = false }: { checked: boolean; onChecked: (checked: boolean) => void; label: ReactNode; disabled?: boolean }) {
  const id = useId();
  return (
    <span className={css.check}>
      <RadixSwitch.Root id={id} className={css.switch} checked={checked} onCheckedChange={onChecked} disabled={disabled}>
        <RadixSwitch.Thumb className={css.thumb} />
      </RadixSwitch.Root>
      <label htmlFor={id}>{label}</label>
    </span>
  );
}
