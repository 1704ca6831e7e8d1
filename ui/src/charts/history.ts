import { api } from "../api/client";
import { toProblem } from "../api/problem";
import type { SeriesAnswer, SeriesAsked, SeriesView } from "../api/series";
import type { History } from "../api/types";

const micros = (time: string | number) => (typeof time === "number" ? time : Date.parse(time) * 1000);

/** Curves in one request; where the service is older than that, one by one. */
export async function curves(asked: SeriesAsked): Promise<SeriesAnswer> {
  try {
    return await api.series(asked);
  } catch (error) {
    if (toProblem(error).status !== 404 && toProblem(error).status !== 405) throw error;
  }
  const { series, buckets, from, to, ghosts } = asked;
  const read = await Promise.all(series.map(async ({ run, key }) => columns(run, await api.history(run, { key, buckets, ...(from === undefined ? {} : { from }), ...(to === undefined ? {} : { to }), ...(ghosts ? { ghosts } : {}) }))));
  return { series: read.map((one) => ({ ...one, reset: true })), cursor: "0" };
}

function columns(run: string, history: History): SeriesView {
  const points = history.points ?? [];
  const buckets = history.buckets ?? [];
  const common = { run, key: history.key, points: history.total };
  if (!history.exact) {
    return {
      ...common,
      nonFinite: buckets.reduce((sum, bucket) => sum + bucket.nonFinite, 0),
      exact: false,
      steps: buckets.map((bucket) => bucket.to),
      times: buckets.map(() => 0),
      last: buckets.map((bucket) => bucket.last),
      min: buckets.map((bucket) => bucket.min),
      max: buckets.map((bucket) => bucket.max),
    };
  }
  const attempts = points.map((point) => point.attempt);
  return {
    ...common,
    nonFinite: points.filter((point) => !Number.isFinite(point.value)).length,
    exact: true,
    steps: points.map((point) => point.step),
    epochs: points.every((point) => typeof point.epoch === "number") ? points.map((point) => point.epoch ?? 0) : null,
    times: points.map((point) => micros(point.time)),
    last: points.map((point) => point.value),
    resumes: points.filter((_, i) => i > 0 && attempts[i] !== attempts[i - 1]).map((point) => point.step),
    ghosts: history.ghosts?.map((ghost) => ({
      attempt: ghost.attempt,
      steps: ghost.points.map((point) => point.step),
      times: ghost.points.map((point) => micros(point.time)),
      last: ghost.points.map((point) => point.value),
    })) ?? null,
  };
}
