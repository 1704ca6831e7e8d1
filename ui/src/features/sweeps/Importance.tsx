import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { type ImportanceBy, search } from "../../api/sweepSearch";
import { keys } from "../../api/keys";
import { Segmented } from "../../components/controls/Button";
import { Answered } from "../../components/display/Answered";
import { EmptyState } from "../../components/display/EmptyState";
import { number } from "../../components/format";
import css from "./sweeps.module.css";

const percent = (share: number) => `${Math.round(share * 100)} %`;

/** Which parameters decide, with how sure that is: bars, and the interval as a line over each. */
export default function Importance({ sweep }: { sweep: string }) {
  const [by, setBy] = useState<ImportanceBy>("ped-anova");
  const query = useQuery({ queryKey: [...keys.insight(sweep, "importance"), by], queryFn: () => search.importance(sweep, by) });
  return (
    <>
    <Segmented
      label="Of what"
      size="s"
      value={by}
      options={[
        { value: "ped-anova", label: "of being among the best" },
        { value: "fanova", label: "over the whole space" },
      ]}
      onValue={setBy}
    />
    <Answered query={query} what="importance">
      {({ shares, said, metric, points }) =>
        shares.length === 0 ? (
          <EmptyState title="Nothing can be said yet.">
            <p>{said}</p>
          </EmptyState>
        ) : (
          <figure>
            <ul className={css.bars} aria-label={`Importance for ${metric}`}>
              {shares.map(({ path, share, lo, hi, points: n }) => (
                <li key={path} title={`${percent(share)}, 95 of 100 resamplings lie in ${percent(lo)} to ${percent(hi)}; ${n} points`}>
                  <span className={css.barName}>{path}</span>
                  <span className={css.bar} aria-hidden="true">
                    <span style={{ width: percent(share) }} />
                    <i style={{ left: percent(lo), width: percent(Math.max(0.004, hi - lo)) }} />
                  </span>
                  <span className="num small">
                    {percent(share)} <span className="faint">({percent(lo)} to {percent(hi)})</span>
                  </span>
                </li>
              ))}
            </ul>
            <figcaption className={css.caption}>
              {by === "fanova"
                ? `Share in what the parameters explain of the variance of ${metric}, each by itself (fANOVA), over ${number(points)} finished points; the line is where 95 of 100 trees lie.`
                : `Share of being among the best quarter by ${metric}, over ${number(points)} finished points (PED-ANOVA); the line is where 95 of 100 resamplings lie.`}
            </figcaption>
          </figure>
        )
      }
    </Answered>
    </>
  );
}
