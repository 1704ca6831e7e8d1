import type { LucideIcon } from "lucide-react";
import { type ComponentProps, type ReactNode, useId } from "react";
import { classes } from "../classes";
import css from "./fields.module.css";

interface FieldProps {
  label: ReactNode;
  /** Said beside the label: "required", a unit. */
  sub?: ReactNode;
  hint?: ReactNode;
  /** What is wrong with it, and what to do. */
  wrong?: ReactNode;
  /** The control, given its id and what describes it. */
  children: (given: { id: string; "aria-invalid": boolean; "aria-describedby": string | undefined }) => ReactNode;
}

/** A label, a control, what it means, and what is wrong with it. */
export function Field({ label, sub, hint, wrong, children }: FieldProps) {
  const id = useId();
  const described = [hint && `${id}-hint`, wrong && `${id}-wrong`].filter(Boolean).join(" ") || undefined;
  return (
    <div className={css.field}>
      <label htmlFor={id} className={css.label}>
        {label} {sub ? <span className={css.sub}>{sub}</span> : null}
      </label>
      {children({ id, "aria-invalid": Boolean(wrong), "aria-describedby": described })}
      {hint ? (
        <p className={css.hint} id={`${id}-hint`}>
          {hint}
        </p>
      ) : null}
      {wrong ? (
        <p className={css.wrong} id={`${id}-wrong`} role="alert">
          {wrong}
        </p>
      ) : null}
    </div>
  );
}

type InputProps = Omit<ComponentProps<"input">, "size"> & { icon?: LucideIcon | undefined; mono?: boolean };

export function TextField({ icon: Icon, mono = false, className, type = "text", ...rest }: InputProps) {
  const input = <input {...rest} type={type} className={classes(css.input, mono && css.mono, className)} />;
  if (!Icon) return input;
  return (
    <span className={css.withIcon}>
      <Icon size={15} aria-hidden="true" />
      {input}
    </span>
  );
}

export function TextArea({ mono = false, className, ...rest }: ComponentProps<"textarea"> & { mono?: boolean }) {
  return <textarea {...rest} className={classes(css.input, mono && css.mono, className)} />;
}
