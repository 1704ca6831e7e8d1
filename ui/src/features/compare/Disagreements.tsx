import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { Search } from "lucide-react";
import { useState } from "react";
import { judged, judgedKeys } from "../../api/judged";
import type { RunView } from "../../api/types";
import { Button, Segmented } from "../../components/controls/Button";
import { Select } from "../../components/controls/Select";
import { TextField } from "../../components/controls/TextField";
import { Answered } from "../../components/display/Answered";
import { EmptyState } from "../../components/display/EmptyState";
import { ErrorNote } from "../../components/display/ErrorNote";
import { ImageName } from "../../components/display/ImageName";
import { TableBox } from "../../components/display/TableBox";
import { count, number } from "../../components/format";
import css from "./compare.module.css";
import type { ImagesView } from "./view";

const PAGE = 100;
/** The service's limit to what one answer carries. */
const MOST = 500;

interface Props {
  runs: readonly RunView[];
  baseline: string;
  view: ImagesView;
  /** What is typed replaces the place in the browser's history, what is chosen makes one. */
  onView: (view: ImagesView, how: "push" | "replace") => void;
}

/** The images that two runs answer differently, and whether the difference can be chance. */
export function Disagreements({ runs, baseline, view, onView }: Props) {
  const first = runs.find((run) => run.id === baseline) ?? runs[0]!;
  const others = runs.filter((run) => run.id !== first.id);
  const second = others.find((run) => run.id === view.other) ?? others[0]!;
  const { only, search } = view;
  const choose = (part: Partial<ImagesView>) => onView({ ...view, ...part }, "push");
  const [most, setMost] = useState(PAGE);
  const sets = useQuery({ queryKey: judgedKeys.sets(first.id), queryFn: () => judged.sets(first.id) });
  const names = [...new Set((sets.data ?? []).map((one) => one.set))];
  // Of another baseline it may be unknown.
  const set = names.includes(view.set) ? view.set : "";
  const asked = { with: second.id, only, limit: String(most), ...(set ? { set } : {}), ...(search ? { search } : {}) };
  const query = useQuery({
    queryKey: judgedKeys.disagreements(first.id, asked),
    queryFn: () => judged.disagreements(first.id, asked),
    enabled: names.length > 0,
    placeholderData: keepPreviousData,
    retry: false,
  });
  if (sets.error && !sets.data) return <ErrorNote error={sets.error} retry={sets.refetch} />;
  if (sets.data && names.length === 0) return <EmptyState title={`${first.name} kept no answers.`}>It was trained by an older version; judge it again from its page.</EmptyState>;
  return (
    <>
      <div className={css.tools}>
        {others.length > 1 ? <Select label="Compared with the baseline" size="s" value={second.id} options={others.map((run) => ({ value: run.id, label: run.name }))} onValue={(other) => choose({ other })} /> : null}
        {names.length > 1 ? <Select label="Judged set" size="s" value={set || names[0]!} options={names.map((name) => ({ value: name, label: name }))} onValue={(picked) => choose({ set: picked })} /> : null}
        <Segmented
          label="Which images"
          size="s"
          value={only}
          options={[
            { value: "different", label: "answered differently" },
            { value: "first", label: "baseline alone right" },
            { value: "second", label: "other alone right" },
            { value: "neither", label: "both wrong" },
          ]}
          onValue={(which) => choose({ only: which })}
        />
        <TextField icon={Search} type="search" placeholder="Find images by name" aria-label="Find images by name" value={search} onChange={(event) => onView({ ...view, search: event.target.value }, "replace")} />
      </div>
      <Answered query={query} what="the images">
        {(found) => (
          <>
            <p className={css.found}>
              Of {count(found.images)} images of {found.set}, both have {count(found.both)} right and {count(found.neither)} wrong; <strong>{first.name}</strong> alone {count(found.test.first)},{" "}
              <strong>{second.name}</strong> alone {count(found.test.second)}. McNemar&apos;s test{found.test.exact ? ", exact" : ", χ² with correction"}: p = {number(Number(found.test.p.toPrecision(3)))}.
            </p>
            <TableBox label="Images and both answers">
              <table>
                <thead>
                  <tr>
                    {["Image", "is", first.name, second.name].map((head, i) => (
                      <th key={i} scope="col">
                        {head}
                      </th>
                    ))}
                  </tr>
                </thead>
                <tbody>
                  {found.pairs.map((pair) => (
                    <tr key={pair.item}>
                      <td>
                        <ImageName name={pair.item} picture={pair.picture} />
                      </td>
                      <td>{found.classNames[pair.label]}</td>
                      {[pair.first, pair.second].map((answer, i) => (
                        <td key={i} className={answer === pair.label ? css.good : css.bad}>
                          {answer < 0 ? "no number" : found.classNames[answer]}
                          {answer === pair.label ? " ✓" : ""}
                        </td>
                      ))}
                    </tr>
                  ))}
                </tbody>
              </table>
            </TableBox>
            <p className="small faint">
              {count(found.pairs.length)} of {count(found.total)} images
              {found.pairs.length > 0 && found.pairs.every((pair) => !pair.picture) ? "; no pictures were kept of these: a run keeps those of at most 400 that it has wrong, an older version kept none" : ""}
            </p>
            {found.pairs.length < found.total && most < MOST ? (
              <Button size="s" busy={query.isFetching} onClick={() => setMost(MOST)}>
                More
              </Button>
            ) : null}
          </>
        )}
      </Answered>
    </>
  );
}
