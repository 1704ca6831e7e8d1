import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { Search } from "lucide-react";
import { useState } from "react";
import { judged, judgedKeys, type JudgedView } from "../../api/judged";
import { Button } from "../../components/controls/Button";
import { Checkbox } from "../../components/controls/Checkbox";
import { TextField } from "../../components/controls/TextField";
import { Answered } from "../../components/display/Answered";
import { ImageName } from "../../components/display/ImageName";
import { TableBox } from "../../components/display/TableBox";
import { count } from "../../components/format";
import css from "./judged.module.css";
import type { JudgedPart } from "./view";

interface Props {
  run: string;
  set: JudgedView;
  masked: boolean;
  view: JudgedPart;
  onView: (view: JudgedPart) => void;
  search: string;
  onSearch: (search: string) => void;
}

/** As many as are read at first; as many as one answer holds. */
const PAGE = 100;
const MOST = 500;

/** The images themselves, by name: the surest wrong answers first. */
export function JudgedImages({ run, set, masked, view, onView, search, onSearch }: Props) {
  const { cell, wrong } = view;
  const [most, setMost] = useState(PAGE);
  const asked = {
    ...(masked ? { masked: "true" } : {}),
    ...(cell ? { label: String(cell.label), answer: String(cell.answer) } : wrong ? { wrong: "true" } : {}),
    ...(search ? { search } : {}),
    limit: String(most),
  };
  const query = useQuery({ queryKey: judgedKeys.images(run, set.sha256, asked), queryFn: () => judged.images(run, set.sha256, asked), placeholderData: keepPreviousData });
  return (
    <section aria-label="Images">
      <div className={css.tools}>
        <h2>Images</h2>
        <TextField icon={Search} type="search" placeholder="Find images by name" aria-label="Find images by name" value={search} onChange={(event) => onSearch(event.target.value)} />
        {cell ? (
          <Button size="s" onClick={() => onView({ ...view, cell: null })}>
            All cells again
          </Button>
        ) : (
          <Checkbox label="wrong answers only" checked={wrong} onChecked={(next) => onView({ ...view, wrong: next })} />
        )}
      </div>
      <Answered query={query} what="images">
        {({ total, images, classNames }) => (
          <>
            <p className="small faint">
              {count(images.length)} of {count(total)}
              {total > images.length ? ", the surest first" : ""}
            </p>
            {images.length > 0 ? (
              <TableBox label="Images and their answers">
                <table className={css.table}>
                  <thead>
                    <tr>
                      <th scope="col">Image</th>
                      <th scope="col">is</th>
                      <th scope="col">answered</th>
                      <th scope="col">confidence</th>
                      <th scope="col" title="Classes that stand before the right one">
                        rank
                      </th>
                    </tr>
                  </thead>
                  <tbody>
                    {images.map((image) => (
                      <tr key={image.item}>
                        <td>
                          <ImageName name={image.item} picture={image.picture} />
                        </td>
                        <td>{classNames[image.label]}</td>
                        <td>{image.answer < 0 ? "no number" : classNames[image.answer]}</td>
                        <td className="num">{(100 * image.confidence).toFixed(1)} %</td>
                        <td className="num">{image.rank}</td>
                      </tr>
                    ))}
                  </tbody>
                </table>
              </TableBox>
            ) : null}
            {images.length < total && most < MOST ? (
              <Button size="s" busy={query.isFetching} onClick={() => setMost(MOST)}>
                More
              </Button>
            ) : null}
          </>
        )}
      </Answered>
    </section>
  );
}
