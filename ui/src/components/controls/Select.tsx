import { Check, ChevronDown } from "lucide-react";
import { Select as Radix } from "radix-ui";
import type { ReactNode } from "react";
import { classes } from "../classes";
import css from "./fields.module.css";

export interface Option<T extends string> {
  value: T;
  label: ReactNode;
}

interface Props<T extends string> {
  value: T;
  options: readonly Option<T>[];
  onValue: (value: T) => void;
  /** Its name, where no label stands beside it. */
  label?: string;
  id?: string;
  size?: "m" | "s";
  full?: boolean;
  disabled?: boolean;
  placeholder?: string;
  "aria-invalid"?: boolean;
  "aria-describedby"?: string | undefined;
}

/** Radix takes no empty value; an option may have one. */
const NONE = "\u0000";
const packed = (value: string) => (value === "" ? NONE : value);

/** One of a few. For one of many that can be searched: `Combobox`. */
export function Select<T extends string>({ value, options, onValue, label, id, size = "m", full = false, disabled = false, placeholder, ...aria }: Props<T>) {
  return (
    <Radix.Root value={packed(value)} onValueChange={(next) => onValue((next === NONE ? "" : next) as T)} disabled={disabled}>
      <Radix.Trigger id={id} aria-label={label} {...aria} className={classes(css.select, size === "s" && css.small, full && css.full)}>
        <span>
          <Radix.Value placeholder={placeholder} />
        </span>
        <ChevronDown size={14} aria-hidden="true" />
      </Radix.Trigger>
      <Radix.Portal>
        <Radix.Content position="popper" sideOffset={4} collisionPadding={8} className={css.options}>
          <Radix.Viewport>
            {options.map((option) => (
              <Radix.Item key={option.value} value={packed(option.value)} className={css.option}>
                <Radix.ItemText>{option.label}</Radix.ItemText>
                <Radix.ItemIndicator asChild>
                  <Check size={14} aria-hidden="true" />
                </Radix.ItemIndicator>
              </Radix.Item>
            ))}
          </Radix.Viewport>
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}
