import type { ResultView } from "../../api/judged";
import { TableBox } from "../../components/display/TableBox";
import { count } from "../../components/format";
import { MOST_CLASSES, type Place, placesOf, worstOf } from "./confusion";
import css from "./judged.module.css";

interface Props {
  result: ResultView;
  cell: { label: number; answer: number } | null;
  onCell: (cell: { label: number; answer: number } | null) => void;
}

const SIZE = 300;
const LEFT = 96;

/** Which classes are answered for which: a matrix where its names can be read, and always the pairs that are confused most. */
export function Confusion({ result, cell, onCell }: Props) {
  const { judgement, classNames, cellsLeftOut } = result;
  const places = placesOf(judgement.confusion, judgement.rows);
  const shown = judgement.rows.map((row) => row.index);
  const worst = worstOf(places, 10);
  return (
    <section className={css.figure} aria-label="Confusion">
      <h2>Confusion</h2>
      {shown.length <= MOST_CLASSES ? <Matrix shown={shown} names={classNames} places={places} /> : <p className="small faint">{count(shown.length)} classes are too many for a matrix that can be read.</p>}
      {worst.length === 0 ? (
        <p className="small faint">No class is taken for another.</p>
      ) : (
        <TableBox label="Most often confused">
          <table className={css.table}>
            <thead>
              <tr>
                <th scope="col">Class</th>
                <th scope="col">taken for</th>
                <th scope="col">Images</th>
                <th scope="col">of its class</th>
              </tr>
            </thead>
            <tbody>
              {worst.map((one) => (
                <tr key={`${one.label}/${one.answer}`}>
                  <td>
                    <button type="button" className={css.plain} aria-pressed={cell?.label === one.label && cell.answer === one.answer} onClick={() => onCell(one)} title="Show these images">
                      {classNames[one.label]}
                    </button>
                  </td>
                  <td>{one.answer < 0 ? "no number" : classNames[one.answer]}</td>
                  <td className="num">{count(one.images)}</td>
                  <td className="num">{(100 * one.share).toFixed(1)} %</td>
                </tr>
              ))}
            </tbody>
          </table>
        </TableBox>
      )}
      {cellsLeftOut > 0 ? <p className="small faint">{count(cellsLeftOut)} further cells are in the file of predictions.</p> : null}
    </section>
  );
}

function Matrix({ shown, names, places }: { shown: readonly number[]; names: readonly string[]; places: readonly Place[] }) {
  const order = new Map(shown.map((index, i) => [index, i]));
  const step = SIZE / shown.length;
  const label = Math.max(5, Math.min(11, step - 1));
  return (
    <svg viewBox={`0 0 ${LEFT + SIZE + 4} ${SIZE + LEFT + 4}`} role="img" aria-label={`Confusion of ${shown.length} classes: rows are the right classes, columns the answers`}>
      <rect className={css.frame} x={LEFT} y={2} width={SIZE} height={SIZE} />
      {places.map(({ label: right, answer, images, share }) => {
        const x = order.get(answer);
        const y = order.get(right);
        return x === undefined || y === undefined ? null : (
          <rect key={`${right}/${answer}`} className={right === answer ? css.right : css.wrong} style={{ opacity: 0.12 + 0.88 * share }} x={LEFT + x * step} y={2 + y * step} width={step} height={step}>
            <title>{`${names[right]} → ${names[answer]}: ${count(images)} images, ${(100 * share).toFixed(1)} % of ${names[right]}`}</title>
          </rect>
        );
      })}
      {shown.map((index, i) => (
        <g key={index} className={css.axis} style={{ fontSize: label }}>
          <text x={LEFT - 4} y={2 + (i + 0.5) * step + label / 3} textAnchor="end">
            {short(names[index]!)}
          </text>
          <text transform={`translate(${LEFT + (i + 0.5) * step + label / 3} ${SIZE + 7}) rotate(-90)`} textAnchor="end">
            {short(names[index]!)}
          </text>
        </g>
      ))}
    </svg>
  );
}

const short = (name: string) => (name.length > 16 ? `${name.slice(0, 15)}…` : name);
