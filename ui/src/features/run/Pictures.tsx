import { useQuery } from "@tanstack/react-query";
import { Search } from "lucide-react";
import { Fragment, useMemo, useState } from "react";
import { api } from "../../api/client";
import { fileAddress } from "../../api/files";
import { keys } from "../../api/keys";
import { addressInProject } from "../../api/project";
import type { RunView } from "../../api/types";
import { TextField } from "../../components/controls/TextField";
import { Answered } from "../../components/display/Answered";
import { EmptyState } from "../../components/display/EmptyState";
import { count } from "../../components/format";
import { Link } from "../../components/navigation";
import { Dialog } from "../../components/overlays/Dialog";
import { type Picture, type Strip, stripsOf } from "./pictures";
import css from "./run.module.css";

interface Props {
  run: RunView;
  search: string;
  onSearch: (search: string) => void;
  /** Name of the picture that stands before the page. */
  open: string | undefined;
  onOpen: (name: string | undefined, how?: "push" | "replace") => void;
}

const saved = (picture: Picture) => fileAddress(picture.sha256);
const urlOf = (run: string, picture: Picture) => (/\.(png|svg)$/i.test(picture.name) ? addressInProject(`/api/v1/runs/${run}/artifacts/${picture.sha256}/picture`) : saved(picture));

/** Pictures among the artifacts; what a task made at several steps, or of several things, is one tile with a slider. */
export function Pictures({ run, search, onSearch, open, onOpen }: Props) {
  const query = useQuery({ queryKey: keys.artifacts(run.id), queryFn: () => api.artifacts(run.id) });
  return (
    <Answered query={query} what="pictures">
      {(artifacts) => <Gallery run={run.id} strips={stripsOf(artifacts, search)} any={stripsOf(artifacts, "").length} search={search} onSearch={onSearch} open={open} onOpen={onOpen} />}
    </Answered>
  );
}

/** A trained run has none of its own; those of tasks on it are on their pages. */
function NoPictures({ run }: { run: string }) {
  const query = { filter: [`of = "${run}"`], sort: "-createdAt", limit: 20 };
  const tasks = useQuery({ queryKey: keys.runs(query), queryFn: () => api.runs(query) });
  const found = tasks.data?.items ?? [];
  return (
    <EmptyState title={found.length > 0 ? "No picture of its own." : "No picture yet."}>
      {found.length > 0 ? (
        <p>
          What tasks on it made:{" "}
          {found.map((task, i) => (
            <Fragment key={task.id}>
              {i > 0 ? ", " : ""}
              <Link to={`/runs/${task.id}?tab=pictures`}>{task.name}</Link> ({task.state.toLowerCase()})
            </Fragment>
          ))}
        </p>
      ) : null}
      <p>
        Analyses and inversions make pictures: <strong>Judge, analyse</strong> above queues one. On the command line: <code>runyard analyse --run ID</code>.
      </p>
    </EmptyState>
  );
}

interface GalleryProps extends Omit<Props, "run"> {
  run: string;
  strips: readonly Strip[];
  any: number;
}

function Gallery({ run, strips, any, search, onSearch, open, onOpen }: GalleryProps) {
  const strip = useMemo(() => strips.find(({ pictures }) => pictures.some((picture) => picture.name === open)), [strips, open]);
  const shown = strip?.pictures.find((picture) => picture.name === open);
  if (any === 0) return <NoPictures run={run} />;
  return (
    <>
      <div className={css.tools}>
        <TextField icon={Search} type="search" placeholder="Find pictures" aria-label="Find pictures" value={search} onChange={(event) => onSearch(event.target.value)} />
        <span className="faint">
          {count(strips.length)} of {count(any)}
        </span>
      </div>
      {strips.length === 0 ? <EmptyState title="No picture has this name." /> : null}
      <ul className={css.gallery}>
        {strips.map((strip) => (
          <StripTile key={strip.name} run={run} strip={strip} onOpen={(name) => onOpen(name, "push")} />
        ))}
      </ul>
      <Dialog open={shown !== undefined} onClose={() => onOpen(undefined)} title={shown?.name ?? ""} wide>
        {shown ? <img className={css.large} src={urlOf(run, shown)} alt={shown.name} /> : null}
        {strip && shown ? <Which strip={strip} at={strip.pictures.indexOf(shown)} onAt={(at) => onOpen(strip.pictures[at]!.name)} /> : null}
        {shown ? (
          <p>
            <a href={saved(shown)} download={shown.name}>
              Save
            </a>
          </p>
        ) : null}
      </Dialog>
    </>
  );
}

function StripTile({ run, strip, onOpen }: { run: string; strip: Strip; onOpen: (name: string) => void }) {
  const last = strip.pictures.length - 1;
  const [at, setAt] = useState(last);
  const picture = strip.pictures[Math.min(at, last)]!;
  return (
    <li className={css.picture}>
      <button type="button" onClick={() => onOpen(picture.name)} aria-label={`Enlarge ${picture.name}`}>
        <img src={urlOf(run, picture)} alt="" loading="lazy" decoding="async" />
      </button>
      <span title={picture.name}>{strip.name}</span>
      <Which strip={strip} at={Math.min(at, last)} onAt={setAt} />
    </li>
  );
}

/** The step, or the number, of what a strip shows; nothing where there is one picture alone. */
function Which({ strip, at, onAt }: { strip: Strip; at: number; onAt: (at: number) => void }) {
  const { words } = strip.pictures[at]!;
  if (strip.pictures.length === 1) return null;
  return (
    <label className={css.which}>
      <span className="sr">Which of {strip.name}</span>
      <input type="range" aria-valuetext={words} min={0} max={strip.pictures.length - 1} value={at} onChange={(event) => onAt(Number(event.target.value))} />
      <output className="num small">{words}</output>
    </label>
  );
}
