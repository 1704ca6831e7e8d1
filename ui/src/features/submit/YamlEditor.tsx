import { autocompletion, closeBrackets, closeBracketsKeymap, type Completion, type CompletionContext, completionKeymap, type CompletionResult, startCompletion } from "@codemirror/autocomplete";
import { defaultKeymap, history, historyKeymap } from "@codemirror/commands";
import { yaml } from "@codemirror/lang-yaml";
import { bracketMatching, HighlightStyle, indentOnInput, syntaxHighlighting } from "@codemirror/language";
import { lintGutter, lintKeymap, setDiagnostics } from "@codemirror/lint";
import { EditorState } from "@codemirror/state";
import { drawSelection, EditorView, highlightActiveLine, highlightActiveLineGutter, keymap, lineNumbers } from "@codemirror/view";
import { tags } from "@lezer/highlight";
import { useEffect, useMemo, useRef } from "react";
import type { Problem } from "../../api/problem";
import type { JsonObject } from "../../api/types";
import { Button } from "../../components/controls/Button";
import { type Choice, completions } from "./complete";
import css from "./submit.module.css";
import { type Mark, placeOf, readYaml, syntaxMarks } from "./yamlDocument";

interface Props {
  text: string;
  onText: (text: string) => void;
  /** Of a sweep; a run's is its base. */
  schema: JsonObject;
  problem: Problem | undefined;
}

const COLOURS = HighlightStyle.define([
  { tag: [tags.propertyName, tags.definition(tags.propertyName)], color: "var(--accent)" },
  { tag: [tags.string, tags.special(tags.string)], color: "var(--good)" },
  { tag: [tags.number, tags.bool, tags.null, tags.keyword], color: "var(--warn)" },
  { tag: [tags.comment, tags.lineComment], color: "var(--faint)", fontStyle: "italic" },
  { tag: [tags.punctuation, tags.separator, tags.brace, tags.squareBracket], color: "var(--soft)" },
]);

const LOOK = EditorView.theme({
  "&": { color: "var(--ink)", backgroundColor: "var(--paper)", fontSize: "13px" },
  "&.cm-focused": { outline: "none" },
  ".cm-scroller": { fontFamily: "var(--mono)", lineHeight: "1.55" },
  ".cm-content": { caretColor: "var(--ink)", padding: "10px 0" },
  ".cm-cursor": { borderLeftColor: "var(--ink)" },
  "&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground": { background: "var(--chosen)" },
  ".cm-activeLine": { backgroundColor: "color-mix(in srgb, var(--hover) 55%, transparent)" },
  ".cm-gutters": { backgroundColor: "var(--side)", color: "var(--faint)", border: "none", borderRight: "1px solid var(--line)" },
  ".cm-activeLineGutter": { backgroundColor: "var(--hover)", color: "var(--ink)" },
  ".cm-matchingBracket": { backgroundColor: "var(--chosen)", outline: "1px solid var(--line-strong)" },
  ".cm-tooltip": { backgroundColor: "var(--raised)", color: "var(--ink)", border: "1px solid var(--line-strong)", borderRadius: "var(--radius-s)", boxShadow: "var(--shadow-2)" },
  ".cm-tooltip.cm-tooltip-autocomplete > ul": { fontFamily: "var(--mono)", maxHeight: "16em" },
  ".cm-tooltip.cm-tooltip-autocomplete > ul > li": { padding: "3px 8px", lineHeight: "1.5" },
  ".cm-tooltip-autocomplete ul li[aria-selected]": { backgroundColor: "var(--chosen)", color: "var(--ink)" },
  ".cm-completionDetail": { color: "var(--faint)", fontStyle: "normal", marginLeft: "1.2em" },
  ".cm-completionInfo": { fontFamily: "var(--sans)", maxWidth: "34ch", padding: "6px 10px" },
  ".cm-diagnostic": { fontFamily: "var(--sans)", padding: "6px 10px" },
  ".cm-diagnostic-error": { borderLeftColor: "var(--bad)" },
});

function option({ label, text, detail, about, kind }: Choice, i: number): Completion {
  return {
    label,
    type: kind,
    detail,
    boost: -i,
    ...(about ? { info: about } : {}),
    apply: (view, _completion, from, to) => {
      const at = text.indexOf("|");
      const insert = text.replace("|", "");
      view.dispatch({ changes: { from, to, insert }, selection: { anchor: from + (at < 0 ? insert.length : at) } });
      // What stands after the colon, or in the brackets, can be completed too.
      if (at >= 0) setTimeout(() => startCompletion(view), 60);
    },
  };
}

const WORD = /^[\w./-]*$/;

/** The marks of a text: what cannot be read, else the place that the service refuses. */
export function marksOf(text: string, problem: Problem | undefined): Mark[] {
  const written = readYaml(text);
  const broken = syntaxMarks(written);
  if (broken.length > 0 || !problem) return broken;
  const told = /line (\d+)(?:, column (\d+))?/.exec(problem.message);
  const message = [problem.message, problem.remedyOnce].filter(Boolean).join(" ");
  const place = problem.field ? placeOf(written, problem.field, message) : undefined;
  if (place) return [place];
  const line = Number(told?.[1] ?? 1);
  const from = Math.min(text.length, (written.lines.lineStarts[line - 1] ?? 0) + Number(told?.[2] ?? 1) - 1);
  return [{ from, to: Math.min(text.length, from + 1), line, column: Number(told?.[2] ?? 1), message }];
}

/** A spec as text: completes what the schema knows (Ctrl-Space, or as one types), marks what is wrong. Tab leaves it, as it leaves any field. */
export default function YamlEditor({ text, onText, schema, problem }: Props) {
  const box = useRef<HTMLDivElement>(null);
  const view = useRef<EditorView | null>(null);
  const newest = useRef({ onText, schema });
  useEffect(() => {
    newest.current = { onText, schema };
  });

  useEffect(() => {
    const complete = (context: CompletionContext): CompletionResult | null => {
      const before = context.matchBefore(/[\w./-]*/);
      if (!context.explicit && (before === null || (before.from === before.to && !/[:,[{]\s?$/.test(context.state.sliceDoc(0, context.pos).slice(-2))))) return null;
      const { from, choices } = completions(context.state.doc.toString(), context.pos, newest.current.schema);
      return choices.length === 0 ? null : { from, options: choices.map(option), validFor: WORD };
    };
    const editor = new EditorView({
      parent: box.current!,
      state: EditorState.create({
        doc: text,
        extensions: [
          lineNumbers(),
          lintGutter(),
          history(),
          drawSelection(),
          indentOnInput(),
          bracketMatching(),
          closeBrackets(),
          highlightActiveLine(),
          highlightActiveLineGutter(),
          yaml(),
          syntaxHighlighting(COLOURS),
          autocompletion({ override: [complete], icons: false }),
          keymap.of([...closeBracketsKeymap, ...defaultKeymap, ...historyKeymap, ...completionKeymap, ...lintKeymap]),
          EditorView.contentAttributes.of({ "aria-label": "YAML", spellcheck: "false" }),
          EditorView.updateListener.of((update) => {
            if (update.docChanged) newest.current.onText(update.state.doc.toString());
          }),
          LOOK,
        ],
      }),
    });
    view.current = editor;
    return () => {
      editor.destroy();
      view.current = null;
    };
    // The editor holds the text from here on; a text that comes from elsewhere is put in below.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, []);

  useEffect(() => {
    const editor = view.current;
    if (editor && editor.state.doc.toString() !== text) editor.dispatch({ changes: { from: 0, to: editor.state.doc.length, insert: text } });
  }, [text]);

  const marks = useMemo(() => marksOf(text, problem), [text, problem]);
  useEffect(() => {
    const editor = view.current;
    if (!editor) return;
    const most = editor.state.doc.length;
    editor.dispatch(setDiagnostics(editor.state, marks.map(({ from, to, message }) => ({ from: Math.min(from, most), to: Math.min(to, most), message, severity: "error" as const }))));
    editor.contentDOM.setAttribute("aria-invalid", String(marks.length > 0));
  }, [marks]);

  const go = (mark: Mark) => {
    view.current?.dispatch({ selection: { anchor: Math.min(mark.from, view.current.state.doc.length) }, scrollIntoView: true });
    view.current?.focus();
  };
  const first = marks[0];
  return (
    <div className={css.editor}>
      <div ref={box} className={css.text} />
      <div className={css.foot} role="status">
        {first ? (
          <>
            <Button size="s" kind="quiet" onClick={() => go(first)}>
              Line {first.line}, column {first.column}
            </Button>
            <span className={css.bad}>{first.message}</span>
          </>
        ) : (
          <span className="faint">Ctrl-Space offers what can stand here.</span>
        )}
      </div>
    </div>
  );
}
