import type { RunGroup } from "../../api/overRuns";
import { groupId } from "./rows";

/** The service's limits: groups of an answer about curves, comparisons and characters of a filter. */
export const ANSWERED = 50;
const TERMS = 64;
const LENGTH = 12_000;
const OR = " or ";

export interface AskedGroups {
  /** Runs of these groups alone; undefined where every group is answered anyhow. */
  filter: string | undefined;
  /** Ids of the groups that are asked about. */
  asked: readonly string[];
  /** Drawn groups that one question has no room for. */
  left: number;
}

/**
 * What one question about the drawn groups says. The service answers about the groups with the most runs: where there are more than it
 * answers about, a drawn one need not be among them, so their own filters are put into the question. Where all are answered nothing is, so
 * that an eye which is opened or closed asks nothing anew.
 *
 * @param total how many groups there are
 */
export function askedGroups(groups: readonly RunGroup[], drawn: readonly string[], total: number): AskedGroups {
  if (total <= ANSWERED) return { filter: undefined, asked: drawn, left: 0 };
  const wanted = groups.filter((group) => drawn.includes(groupId(group.by)));
  const taken: RunGroup[] = [];
  let [terms, length] = [0, 0];
  for (const group of wanted) {
    const [its, long] = [Object.keys(group.by).length, group.filter.length + OR.length];
    if (taken.length === ANSWERED || terms + its > TERMS || length + long > LENGTH) continue;
    taken.push(group);
    [terms, length] = [terms + its, length + long];
  }
  // "and" binds closer than "or" in the service's grammar.
  return { filter: taken.map((group) => group.filter).join(OR), asked: taken.map((group) => groupId(group.by)), left: drawn.length - taken.length };
}
