import type { SavedView } from "../../api/curating";
import { parseSearch, type RawSearch, stringifySearch } from "../../components/search";

/** Views are kept by the page that they are of. */
export const PAGE = "runs";

/** What a view keeps: everything that decides what is shown, but not its own name. @param cols shown, though the address may leave them to habit */
export function addressOf(raw: RawSearch, cols: readonly string[]): string {
  const rest = { ...raw };
  delete rest.view;
  delete rest.experiment;
  return stringifySearch({ ...rest, cols: [...cols] }).slice(1);
}

/** Where a view is shown; one that is of no experiment shows the one at hand. */
export function placeOf(view: SavedView, experiment: string | undefined): string {
  const of = view.experiment ?? experiment;
  return `/runs${stringifySearch({ ...(of ? { experiment: of } : {}), ...parseSearch(view.address), view: view.id })}`;
}

const pairs = (address: string) => [...new URLSearchParams(address)].map(([name, value]) => `${name}=${value}`).sort().join("&");

export const sameAddress = (a: string, b: string) => pairs(a) === pairs(b);

/** Whether an address names an experiment at most: nobody has said what to show of it. */
export const bare = (raw: RawSearch) => Object.entries(raw).every(([name, value]) => name === "experiment" || value === undefined || value === "");

/** The view that an experiment is opened with. */
export function firstOf(views: readonly SavedView[], experiment: string | undefined): SavedView | undefined {
  return views.find((view) => view.first && (view.experiment ?? undefined) === experiment);
}
