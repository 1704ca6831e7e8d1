import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Pencil } from "lucide-react";
import { lazy, Suspense, useState } from "react";
import { useMay } from "../../api/me";
import { type Kept, type Note, order } from "../../api/order";
import { Button } from "../controls/Button";
import { TextArea } from "../controls/TextField";
import { Answered } from "../display/Answered";
import { Card } from "../display/Card";
import { ErrorNote } from "../display/ErrorNote";
import { Skeleton } from "../display/Skeleton";
import { Time } from "../display/Time";
import css from "./order.module.css";

/** Reading Markdown is a large part: it comes where there is some. */
const Markdown = lazy(() => import("./Markdown"));

interface Props {
  kept: Kept;
  id: string;
  project?: string;
  editing: boolean;
  onEditing: (editing: boolean) => void;
}

/** What people wrote about it, with who wrote what before. */
export function NoteCard({ kept, id, project, editing, onEditing }: Props) {
  const writes = useMay().work(project);
  const query = useQuery({ queryKey: ["note", kept, id], queryFn: () => order.note(kept, id) });
  return (
    <Card
      title="Note"
      tools={
        editing || !writes || query.data === undefined ? null : (
          <Button size="s" icon={Pencil} onClick={() => onEditing(true)}>
            {query.data.text ? "Edit" : "Write a note"}
          </Button>
        )
      }
    >
      <Answered query={query} what="the note">
        {(note) => (editing ? <Editor kept={kept} id={id} note={note} onDone={() => onEditing(false)} /> : <Written note={note} />)}
      </Answered>
    </Card>
  );
}

function Text({ text }: { text: string }) {
  return (
    <Suspense fallback={<Skeleton what="the note" lines={2} />}>
      <Markdown text={text} />
    </Suspense>
  );
}

function Written({ note }: { note: Note }) {
  return (
    <>
      {note.text ? <Text text={note.text} /> : <p className="faint">No note yet. Markdown; every version is kept.</p>}
      {note.history.length > 1 ? (
        <details className={css.history}>
          <summary>{note.history.length} versions</summary>
          <ol>
            {note.history.map((version) => (
              <li key={version.when}>
                <p className="small faint">
                  {version.who}, <Time at={version.when} show="absolute" />
                </p>
                <pre>{version.text || "(taken away)"}</pre>
              </li>
            ))}
          </ol>
        </details>
      ) : null}
    </>
  );
}

function Editor({ kept, id, note, onDone }: { kept: Kept; id: string; note: Note; onDone: () => void }) {
  const cache = useQueryClient();
  const [text, setText] = useState(note.text);
  const [shown, setShown] = useState(false);
  const save = useMutation({
    mutationFn: () => order.write(kept, id, text),
    onSuccess: (next) => {
      cache.setQueryData(["note", kept, id], next);
      onDone();
    },
  });
  return (
    <form
      className={css.form}
      onSubmit={(event) => {
        event.preventDefault();
        save.mutate();
      }}
    >
      {shown ? (
        <Text text={text} />
      ) : (
        <TextArea
          mono
          rows={8}
          aria-label="Note"
          // It was asked for by the press that opened it.
          // eslint-disable-next-line jsx-a11y/no-autofocus
          autoFocus
          value={text}
          onChange={(event) => setText(event.target.value)}
          onKeyDown={(event) => {
            if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) save.mutate();
          }}
        />
      )}
      {save.error ? <ErrorNote error={save.error} /> : null}
      <div className="row">
        <Button kind="primary" type="submit" busy={save.isPending}>
          Save
        </Button>
        <Button onClick={() => setShown(!shown)}>{shown ? "Write" : "Preview"}</Button>
        <Button kind="quiet" onClick={onDone}>
          Leave it
        </Button>
        <span className="faint small">Markdown; Ctrl Enter saves.</span>
      </div>
    </form>
  );
}
