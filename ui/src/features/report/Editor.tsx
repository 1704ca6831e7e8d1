import { useQuery } from "@tanstack/react-query";
import { useDeferredValue, type ReactNode } from "react";
import { keys } from "../../api/keys";
import { reports } from "../../api/reports";
import { Field, TextArea } from "../../components/controls/TextField";
import { ErrorNote } from "../../components/display/ErrorNote";
import { Skeleton } from "../../components/display/Skeleton";
import { useSettled } from "../../components/useSettled";
import css from "./report.module.css";
import { TableView } from "./TableView";

interface Props {
  text: string;
  onText: (text: string) => void;
  /** Buttons under the text. */
  children: ReactNode;
}

/** A definition as YAML, and the table that it gives. */
export function Editor({ text, onText, children }: Props) {
  const settled = useDeferredValue(useSettled(text));
  const preview = useQuery({ queryKey: keys.preview(settled), queryFn: () => reports.preview(settled), retry: false, placeholderData: (before) => before });
  return (
    <div className={css.editing}>
      <div>
        <Field label="Definition" hint="YAML: title, runs, rows, columns, cell, against, extra, labels, hide, text.">
          {(given) => <TextArea {...given} mono rows={18} spellCheck={false} value={text} onChange={(event) => onText(event.target.value)} />}
        </Field>
        <div className={css.acts}>{children}</div>
      </div>
      <section aria-label="Preview">
        {preview.error ? <ErrorNote error={preview.error} /> : null}
        {preview.data ? <TableView table={preview.data} /> : preview.error ? null : <Skeleton what="the preview" />}
      </section>
    </div>
  );
}
