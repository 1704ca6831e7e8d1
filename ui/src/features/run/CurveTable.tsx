import { useState } from "react";
import type { History } from "../../api/types";
import { clock, count, number } from "../../components/format";
import { millis } from "./curve";

const PAGE = 200;

/** The numbers behind a curve, newest first. */
export function CurveTable({ history }: { history: History }) {
  const [many, setMany] = useState(PAGE);
  const exact = history.exact || !history.buckets;
  const size = exact ? (history.points?.length ?? 0) : (history.buckets?.length ?? 0);
  const points = exact ? (history.points ?? []).slice(-many).reverse() : [];
  const buckets = exact ? [] : (history.buckets ?? []).slice(-many).reverse();
  return (
    <div className="table-box short">
      <table>
        <thead>
          <tr>
            {(exact ? ["Step", "Epoch", "Value", "Time", "Attempt"] : ["Steps", "Last", "Lowest", "Highest", "Points", "Not finite"]).map((head) => (
              <th key={head} className="num" scope="col">
                {head}
              </th>
            ))}
          </tr>
        </thead>
        <tbody className="num">
          {points.map((point) => (
            <tr key={`${point.attempt}/${point.step}/${point.time}`}>
              <td>{count(point.step)}</td>
              <td>{number(point.epoch)}</td>
              <td>{number(point.value)}</td>
              <td>{clock(millis(point.time))}</td>
              <td>{point.attempt}</td>
            </tr>
          ))}
          {buckets.map((bucket) => (
            <tr key={bucket.from}>
              <td>
                {count(bucket.from)}–{count(bucket.to)}
              </td>
              <td>{number(bucket.last)}</td>
              <td>{number(bucket.min)}</td>
              <td>{number(bucket.max)}</td>
              <td>{count(bucket.count)}</td>
              <td>{count(bucket.nonFinite)}</td>
            </tr>
          ))}
        </tbody>
      </table>
      {size > many ? (
        <button type="button" onClick={() => setMany(many + PAGE)}>
          Show {Math.min(PAGE, size - many)} older
        </button>
      ) : null}
    </div>
  );
}
