import { type ComponentProps, type KeyboardEvent, type ReactNode, useEffect, useId, useRef, useState } from "react";
import { classes } from "../classes";
import css from "./fields.module.css";

export interface Choice {
  value: string;
  label?: ReactNode;
  hint?: ReactNode;
}

interface ListProps {
  choices: readonly Choice[];
  onChoose: (choice: Choice) => void;
}

/** Keyboard and words of a list of choices under a text input, as WAI-ARIA's combobox has them; what is typed stays the caller's. */
export function useChoices({ choices, onChoose }: ListProps) {
  const id = useId();
  const [open, setOpen] = useState(false);
  const [at, setAt] = useState(-1);
  const list = useRef<HTMLDivElement>(null);
  const shown = open && choices.length > 0;
  const active = shown && at < choices.length ? at : -1;

  useEffect(() => {
    if (active >= 0) list.current?.children[active]?.scrollIntoView({ block: "nearest" });
  }, [active]);

  const choose = (choice: Choice | undefined) => {
    if (!choice) return;
    setAt(-1);
    onChoose(choice);
  };
  /** @returns whether the key was taken */
  const key = (event: KeyboardEvent): boolean => {
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      setOpen(true);
      const by = event.key === "ArrowDown" ? 1 : -1;
      setAt(choices.length === 0 ? -1 : (active + by + choices.length + (active < 0 && by < 0 ? 1 : 0)) % choices.length);
      return true;
    }
    if (event.key === "Escape" && shown) {
      event.stopPropagation();
      setOpen(false);
      return true;
    }
    if ((event.key === "Enter" || event.key === "Tab") && active >= 0) {
      event.preventDefault();
      choose(choices[active]);
      return true;
    }
    return false;
  };
  const input = {
    role: "combobox",
    "aria-expanded": shown,
    "aria-controls": `${id}-list`,
    "aria-autocomplete": "list",
    "aria-activedescendant": active >= 0 ? `${id}-${active}` : undefined,
    autoComplete: "off",
    onFocus: () => setOpen(true),
    onBlur: () => setOpen(false),
  } as const;
  const drawn = shown ? (
    <div ref={list} id={`${id}-list`} role="listbox" aria-label="Choices" className={classes(css.options, css.list)}>
      {choices.map((choice, i) => (
        // The input keeps the focus and has the keys; a press must not take it.
        // eslint-disable-next-line jsx-a11y/click-events-have-key-events, jsx-a11y/interactive-supports-focus
        <div
          key={choice.value}
          id={`${id}-${i}`}
          role="option"
          aria-selected={i === active}
          className={css.option}
          onPointerDown={(event) => event.preventDefault()}
          onClick={() => choose(choice)}
        >
          <span>{choice.label ?? choice.value}</span>
          {choice.hint ? <span className={css.optionHint}>{choice.hint}</span> : null}
        </div>
      ))}
    </div>
  ) : null;
  return { input, key, drawn, open: () => setOpen(true), close: () => setOpen(false), active };
}

interface Props extends Omit<ComponentProps<"input">, "value" | "onChange" | "children"> {
  /** Text in the box. */
  value: string;
  onValue: (text: string) => void;
  /** All that can be chosen; those that hold what is typed are shown. */
  choices: readonly Choice[];
  /** A choice was taken; by default its value becomes the text. */
  onChoose?: (value: string) => void;
  mono?: boolean;
}

const MOST = 100;

/** What is looked for in a choice: what people read, and what it stands for. */
const wordsOf = ({ value, label }: Choice) => (typeof label === "string" ? `${label} ${value}` : value).toLowerCase();

/** A text box that offers what is known. Anything else may be typed too. */
export function Combobox({ value, onValue, choices, onChoose, mono = false, className, onKeyDown, ...rest }: Props) {
  const wanted = value.trim().toLowerCase();
  const exact = choices.some((choice) => choice.value === value);
  const found = (exact ? choices : choices.filter((choice) => wordsOf(choice).includes(wanted))).slice(0, MOST);
  const list = useChoices({
    choices: found,
    onChoose: (choice) => {
      if (onChoose) onChoose(choice.value);
      else onValue(choice.value);
      list.close();
    },
  });
  return (
    <div className={css.combo}>
      <input
        {...rest}
        {...list.input}
        type="text"
        spellCheck={false}
        className={classes(css.input, mono && css.mono, className)}
        value={value}
        onChange={(event) => {
          list.open();
          onValue(event.target.value);
        }}
        onKeyDown={(event) => {
          if (!list.key(event)) onKeyDown?.(event);
        }}
      />
      {list.drawn}
    </div>
  );
}
