import { ListFilter } from "lucide-react";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { type RefObject, useEffect, useLayoutEffect, useRef, useState } from "react";
import { api } from "../../api/client";
import { type Problem, toProblem } from "../../api/problem";
import type { RunsScope } from "../../api/paths";
import { keys } from "../../api/keys";
import { classes } from "../../components/classes";
import { type Choice, useChoices } from "../../components/controls/Combobox";
import fields from "../../components/controls/fields.module.css";
import css from "./runs.module.css";

interface Props {
  scope: RunsScope;
  /** Has the service judge the expression, by whatever it will be asked for if it can be read. */
  judge: (expression: string) => Promise<unknown>;
  onAdd: (expression: string) => void;
  box: RefObject<HTMLInputElement | null>;
  /** An expression that is to be written anew: it stands in the box, which takes the focus. */
  start?: string | undefined;
}

const NONE = { from: 0, to: 0, choices: [] };

/** What may come next where the caret is, as the service's grammar and the keys of the runs have it. */
function useCompletion(text: string, at: number, scope: RunsScope, asked: boolean): { from: number; to: number; choices: Choice[] } {
  const answer = useQuery({
    queryKey: keys.completion(text, at, scope),
    queryFn: async () => ({ ...(await api.completeFilter(text, at, scope)), text, at }),
    placeholderData: keepPreviousData,
    staleTime: 30_000,
    enabled: asked,
    // What is typed half is no reason to knock again.
    retry: false,
  });
  const found = answer.data;
  // While the answer is on its way the one before holds, as long as the same word is being typed.
  if (!found || text.slice(0, found.from) !== found.text.slice(0, found.from) || (answer.isPlaceholderData && at < found.from)) return NONE;
  const typed = text.slice(found.from, at).replace(/^['"`]/, "").toLowerCase();
  const fits = answer.isPlaceholderData ? found.choices.filter((choice) => choice.text.toLowerCase().includes(typed)) : found.choices;
  return {
    from: found.from,
    to: answer.isPlaceholderData ? at : found.to,
    choices: fits.map((choice) => ({ value: choice.text, ...(choice.hint ? { hint: choice.hint } : {}) })),
  };
}

/** An expression with completion. The service judges it before it becomes part of the view, and says where it cannot be read. */
export function FilterBox({ scope, judge, onAdd, box, start = "" }: Props) {
  const [text, setText] = useState(start);
  const [at, setAt] = useState(start.length);
  const [problem, setProblem] = useState<Problem | null>(null);
  const [asking, setAsking] = useState(false);
  const caret = useRef<number | null>(null);
  useEffect(() => {
    if (start !== "") box.current?.focus();
  }, [start, box]);
  const [focused, setFocused] = useState(false);
  const { from, to, choices } = useCompletion(text, at, scope, focused);
  const list = useChoices({
    choices: text === "" ? choices.slice(0, 12) : choices,
    onChoose: (choice) => {
      const next = `${text.slice(0, from)}${choice.value} ${text.slice(to).trimStart()}`;
      caret.current = from + choice.value.length + 1;
      setText(next);
      setAt(caret.current);
      setProblem(null);
    },
  });
  useLayoutEffect(() => {
    if (caret.current === null) return;
    box.current?.setSelectionRange(caret.current, caret.current);
    caret.current = null;
  });

  const add = async () => {
    const expression = text.trim();
    if (expression === "" || asking) return;
    setAsking(true);
    try {
      await judge(expression);
      onAdd(expression);
      setText("");
      setAt(0);
      setProblem(null);
      list.close();
    } catch (fault) {
      setProblem(toProblem(fault));
      list.close();
    } finally {
      setAsking(false);
    }
  };

  return (
    <div className={css.filter}>
      <span className={fields.withIcon}>
        <ListFilter size={15} aria-hidden="true" />
        <input
          {...list.input}
          ref={box}
          onFocus={() => {
            setFocused(true);
            list.input.onFocus();
          }}
          type="text"
          spellCheck={false}
          className={classes(fields.input, fields.mono)}
          aria-label="Filter: part of a name, or an expression"
          aria-invalid={problem !== null}
          aria-describedby={problem ? "filter-wrong" : undefined}
          placeholder="Filter: a name, or metrics.val/top1.best >= 80 and params.seed = 0"
          value={text}
          onChange={(event) => {
            setText(event.target.value);
            setAt(event.target.selectionStart ?? event.target.value.length);
            setProblem(null);
            list.open();
          }}
          onSelect={(event) => setAt(event.currentTarget.selectionStart ?? 0)}
          onKeyDown={(event) => {
            if (list.key(event)) return;
            if (event.key === "Enter") void add();
            else if (event.key === "Escape") event.currentTarget.blur();
          }}
        />
      </span>
      {list.drawn}
      {problem ? (
        <div id="filter-wrong" role="alert" className={css.wrong}>
          {problem.position === undefined ? null : <pre aria-hidden="true">{`${text}\n${" ".repeat(problem.position)}^`}</pre>}
          {problem.message} {problem.remedyOnce}
        </div>
      ) : null}
    </div>
  );
}
