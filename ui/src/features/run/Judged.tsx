import { useQuery } from "@tanstack/react-query";
import { type Estimate, judged, judgedKeys, type JudgedView, type ResultView } from "../../api/judged";
import type { RunView } from "../../api/types";
import { Checkbox } from "../../components/controls/Checkbox";
import { Select } from "../../components/controls/Select";
import { Answered } from "../../components/display/Answered";
import { EmptyState } from "../../components/display/EmptyState";
import { Tile, Tiles } from "../../components/display/Tile";
import { count, number, shortId } from "../../components/format";
import { Link } from "../../components/navigation";
import { Classes } from "./Classes";
import { Confusion } from "./Confusion";
import { JudgedImages } from "./JudgedImages";
import css from "./judged.module.css";
import { Reliability } from "./Reliability";
import { type JudgedPart, SET_DIGITS } from "./view";

interface Props {
  run: RunView;
  view: JudgedPart;
  onView: (view: JudgedPart) => void;
  search: string;
  onSearch: (search: string) => void;
}

/** What the run answered to the images of each set that it was judged on, and all that follows from it. */
export function Judged({ run, ...rest }: Props) {
  const query = useQuery({ queryKey: judgedKeys.sets(run.id), queryFn: () => judged.sets(run.id) });
  return (
    <Answered query={query} what="results">
      {(sets) =>
        sets.length === 0 ? (
          <EmptyState title="No answers kept yet.">
            <p>
              A training keeps them at its end. For a run of an older version, or for further data sets: <strong>Judge, analyse</strong> above.
            </p>
          </EmptyState>
        ) : (
          <Sets run={run} sets={sets} {...rest} />
        )
      }
    </Answered>
  );
}

function Sets({ run, sets, view, onView, search, onSearch }: Props & { sets: readonly JudgedView[] }) {
  const set = (view.set ? sets.find((one) => one.sha256.startsWith(view.set)) : undefined) ?? sets[0]!;
  const { masked, cell } = view;
  const some = masked && Boolean(set.allowed);
  const query = useQuery({ queryKey: judgedKeys.result(run.id, set.sha256, some), queryFn: () => judged.result(run.id, set.sha256, some), staleTime: Infinity });
  return (
    <>
      <div className={css.tools}>
        <Select
          label="Judged set"
          value={set.sha256}
          options={sets.map((one) => ({ value: one.sha256, label: one.run === run.id ? `${one.set} (${one.part})` : `${one.set} (task ${shortId(one.run)})` }))}
          onValue={(value) => onView({ ...view, set: value.slice(0, SET_DIGITS), cell: null })}
        />
        {set.allowed ? <Checkbox label={`only the set's ${count(set.allowed)} classes may be answered`} checked={masked} onChecked={(next) => onView({ ...view, masked: next })} /> : null}
        {set.run === run.id ? null : <Link to={`/runs/${set.run}`}>the task that judged it</Link>}
      </div>
      <Answered query={query} what="the judgement">
        {(result) => (
          <>
            <Numbers set={set} result={result} />
            <div className={css.pair}>
              <Reliability bins={result.judgement.bins} error={result.judgement.calibrationError} images={result.judgement.images} />
              <Confusion result={result} cell={cell} onCell={(next) => onView({ ...view, cell: next })} />
            </div>
            <Classes result={result} />
            <JudgedImages run={run.id} set={set} masked={some} view={view} onView={onView} search={search} onSearch={onSearch} />
          </>
        )}
      </Answered>
    </>
  );
}

const interval = ({ low, high }: Estimate) => `${number(low)} to ${number(high)}`;

function Numbers({ set, result: { judgement } }: { set: JudgedView; result: ResultView }) {
  const percent = { unit: "%", decimals: 2 };
  const plain = { unit: "", decimals: 4 };
  const own = set.meanPerClass;
  return (
    <>
      <Tiles>
        <Tile name={own ? "mean per class ★" : "top-1 ★"} value={(own ? judgement.meanPerClass : judgement.top1).value} format={percent} note={interval(own ? judgement.meanPerClass : judgement.top1)} title="The benchmark's own number" />
        <Tile name={own ? "top-1" : "mean per class"} value={(own ? judgement.top1 : judgement.meanPerClass).value} format={percent} note={interval(own ? judgement.top1 : judgement.meanPerClass)} />
        <Tile name="top-5" value={judgement.top5.value} format={percent} note={interval(judgement.top5)} />
        <Tile name="NLL" value={judgement.nll.value} format={plain} note={interval(judgement.nll)} title="Mean negative logarithm of the right class' probability" />
        <Tile name="Brier" value={judgement.brier.value} format={plain} note={interval(judgement.brier)} title="Summed over the classes, 0 to 2" />
        <Tile name="ECE" value={judgement.calibrationError.value} format={plain} note={interval(judgement.calibrationError)} title="Expected calibration error, 15 bins of equal width" />
      </Tiles>
      <p className={`${css.said} small faint`}>
        n = {count(judgement.images)} images{set.leftOut > 0 ? `, ${count(set.leftOut)} of classes without an output left out` : ""}
        {judgement.notFinite > 0 ? `, ${count(judgement.notFinite)} without a number count as wrong` : ""}. 95 % intervals: Wilson for top-1, else percentiles of {count(judgement.draws)} bootstrap draws over the images (seed{" "}
        {judgement.seed}). They say what other images would change, not other seeds.
      </p>
    </>
  );
}
