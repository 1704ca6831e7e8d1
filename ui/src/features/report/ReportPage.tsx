import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Copy, Download, FileText, Pencil, Snowflake, Trash2 } from "lucide-react";
import { useState } from "react";
import { keys } from "../../api/keys";
import { useMay } from "../../api/me";
import { toProblem } from "../../api/problem";
import { exported, type ReportShown, reports } from "../../api/reports";
import { Button } from "../../components/controls/Button";
import { Answered } from "../../components/display/Answered";
import { Badge } from "../../components/display/Badge";
import { ErrorNote } from "../../components/display/ErrorNote";
import { PageHeader } from "../../components/display/PageHeader";
import { Time } from "../../components/display/Time";
import { Link, setOrDrop, useGo, type UrlState, useUrlState } from "../../components/navigation";
import { confirm } from "../../components/overlays/confirm";
import { Menu, MenuItem } from "../../components/overlays/Menu";
import { say } from "../../components/overlays/toast";
import { Editor } from "./Editor";
import css from "./report.module.css";
import { TableView } from "./TableView";

/** Runs go on: the live table follows them. */
const POLL_MS = 15_000;

interface View {
  /** Hash of a frozen table; empty: as of now. */
  frozen: string;
}
const reportUrl: UrlState<View> = {
  read: (search) => ({ frozen: search.get("frozen") ?? "" }),
  write: (view, search) => setOrDrop(search, "frozen", view.frozen || undefined),
};

export function ReportPage({ id }: { id: string }) {
  const query = useQuery({ queryKey: keys.report(id), queryFn: () => reports.one(id) });
  return (
    <Answered query={query} what="the report" title="Report">
      {(report) => <Report report={report} />}
    </Answered>
  );
}

function Report({ report }: { report: ReportShown }) {
  const { id } = report;
  const [view, setView] = useUrlState(reportUrl);
  const may = useMay();
  const changes = may.change(report);
  const [editing, setEditing] = useState(false);
  const go = useGo();
  const cache = useQueryClient();
  const anew = () => cache.invalidateQueries({ queryKey: keys.reports });
  const freeze = useMutation({
    mutationFn: () => reports.freeze(id),
    onSuccess: async ({ frozen }) => {
      await anew();
      setView({ frozen: frozen.content });
      say("Frozen: its runs keep their files");
    },
    onError: (error) => say(toProblem(error).message),
  });
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(await reports.text(exported(id, "latex", view.frozen)));
      say("LaTeX copied");
    } catch (error) {
      say(toProblem(error).message);
    }
  };
  const remove = async () => {
    const what = view.frozen ? "this frozen table" : report.title;
    if (!(await confirm({ title: `Delete ${what}?`, text: view.frozen ? "Its runs no longer keep their files for it." : "Its versions go with it. Runs stay.", act: "Delete", danger: true }))) return;
    try {
      await (view.frozen ? reports.thaw(id, view.frozen) : reports.remove(id));
      // First away from what is no more: that it is not found is no news.
      if (view.frozen) setView({ frozen: "" });
      else go("/reports");
      await anew();
    } catch (error) {
      say(toProblem(error).message);
    }
  };
  return (
    <>
      <PageHeader
        title={report.title}
        crumbs={<Link to="/reports">Reports</Link>}
        badges={<Badge>version {report.version}</Badge>}
        actions={
          <>
            {view.frozen || !may.work() ? null : (
              <Button icon={Snowflake} busy={freeze.isPending} onClick={() => freeze.mutate()}>
                Freeze
              </Button>
            )}
            <Button icon={Copy} onClick={() => void copy()}>
              Copy LaTeX
            </Button>
            <Menu align="end" trigger={<Button icon={Download}>Export</Button>}>
              {(["markdown", "csv", "latex"] as const).map((format) => (
                <MenuItem key={format} asChild>
                  <a href={exported(id, format, view.frozen)} download>
                    {{ markdown: "Markdown", csv: "CSV", latex: "LaTeX" }[format]}
                  </a>
                </MenuItem>
              ))}
            </Menu>
            <Button icon={changes ? Pencil : FileText} aria-pressed={editing} onClick={() => setEditing(!editing)}>
              {changes ? "Edit" : "Definition"}
            </Button>
            {changes ? (
              <Button icon={Trash2} kind="danger" onClick={() => void remove()}>
                Delete
              </Button>
            ) : null}
          </>
        }
      />
      {report.frozen.length > 0 ? <Frozen report={report} view={view} onView={setView} /> : null}
      {editing ? <Change report={report} saves={changes} onDone={() => setEditing(false)} /> : view.frozen ? <FrozenTable id={id} content={view.frozen} /> : <Live id={id} />}
    </>
  );
}

/** The states one can look at: as of now, or as it was. */
function Frozen({ report, view, onView }: { report: ReportShown; view: View; onView: (view: View) => void }) {
  return (
    <nav aria-label="States" className={css.states}>
      <Button size="s" aria-pressed={view.frozen === ""} onClick={() => onView({ frozen: "" })}>
        Now
      </Button>
      {report.frozen.map((one) => (
        <Button key={one.content} size="s" icon={Snowflake} aria-pressed={view.frozen === one.content} title={`${one.who}, version ${one.version}`} onClick={() => onView({ frozen: one.content })}>
          <Time at={one.when} />
        </Button>
      ))}
    </nav>
  );
}

function Live({ id }: { id: string }) {
  const query = useQuery({ queryKey: keys.reportTable(id, ""), queryFn: () => reports.live(id), refetchInterval: POLL_MS });
  return (
    <Answered query={query} what="the table">
      {(table) => <TableView table={table} />}
    </Answered>
  );
}

function FrozenTable({ id, content }: { id: string; content: string }) {
  const query = useQuery({ queryKey: keys.reportTable(id, content), queryFn: () => reports.frozen(id, content) });
  return (
    <Answered query={query} what="the frozen table">
      {({ table, frozen, gone }) => (
        <>
          <p className="soft">
            As {frozen.who} froze it <Time at={frozen.when} show="absolute" />
            {gone.length > 0 ? `; ${gone.length} of its runs were deleted since` : ""}.
          </p>
          <TableView table={table} />
        </>
      )}
    </Answered>
  );
}

/** @param saves what is tried here can be kept; else it is looked at alone */
function Change({ report: newest, saves, onDone }: { report: ReportShown; saves: boolean; onDone: () => void }) {
  // What is written here changes this version: where somebody else made another one meanwhile, the lab refuses and nothing is lost.
  const [report] = useState(newest);
  const [text, setText] = useState(report.text);
  const cache = useQueryClient();
  const save = useMutation({
    mutationFn: () => reports.change(report.id, text, report.version),
    onSuccess: async () => {
      await cache.invalidateQueries({ queryKey: keys.reports });
      onDone();
    },
  });
  return (
    <>
      <Editor text={text} onText={setText}>
        {saves ? (
          <Button kind="primary" busy={save.isPending} disabled={text === report.text} onClick={() => save.mutate()}>
            Save as version {report.version + 1}
          </Button>
        ) : null}
        <Button kind="quiet" onClick={onDone}>
          {saves ? "Leave as it was" : "Back to the table"}
        </Button>
      </Editor>
      {save.error ? <ErrorNote error={save.error} /> : null}
    </>
  );
}
