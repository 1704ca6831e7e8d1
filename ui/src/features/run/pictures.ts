import type { ArtifactView } from "../../api/types";
import { count } from "../../components/format";

/** Formats that a browser draws. Of an SVG it only draws, too: it stands in an img, and is served so that nothing in it can run. */
const RASTER = /\.(png|svg|jpe?g|webp|gif|avif|bmp)$/i;
/** "attention-step-100.png", "samples_ep3.png", "token-7.png": what it is of, what is counted, the number. */
const NUMBERED = /^(.*?)[-_. ]*(?:(?<=[-_. ]|^)(step|epoch|ep))?[-_. ]*(\d+)(\.[a-z]+)$/i;
/** As MLflow's clients name what log_image(key=, step=) logs: "images/dogs+step+3+timestamp+1764…+uuid.png", before 3 with %; a slash of the key is #. */
const LOGGED = /^(.*?)([%+])step\2(\d+)\2timestamp\2\d+\2[^%+]+?(\2compressed)?\.[a-z]+$/i;
const COUNTED: Record<string, string> = { step: "step", epoch: "epoch", ep: "epoch" };

export interface Picture {
  name: string;
  sha256: string;
  /** The number in its name; null where there is none. */
  at: number | null;
  /** What the name says that the number counts: "step 100", "epoch 3"; "no. 7" where it does not say. */
  words: string;
}

/** Pictures of one thing at several steps, or of several things of a kind. */
export interface Strip {
  name: string;
  pictures: Picture[];
}

/** Strips by name, numbers in order; of a name that was stored twice the newest counts. */
export function stripsOf(artifacts: readonly ArtifactView[], search: string): Strip[] {
  const names = new Set(artifacts.map((artifact) => artifact.name.toLowerCase()));
  const newest = new Map<string, ArtifactView>();
  for (const artifact of artifacts) {
    // The same picture as PNG and SVG is one.
    if (artifact.name.toLowerCase().endsWith(".svg") && names.has(artifact.name.toLowerCase().replace(/svg$/, "png"))) continue;
    const logged = LOGGED.exec(artifact.name);
    // MLflow keeps a small one beside each.
    if (logged?.[4] && names.has(artifact.name.toLowerCase().replace(/[%+]compressed\.[a-z]+$/, ".png"))) continue;
    if (!RASTER.test(artifact.name) || !artifact.name.toLowerCase().includes(search.toLowerCase())) continue;
    const known = newest.get(artifact.name);
    if (!known || (known.createdAt ?? "") <= (artifact.createdAt ?? "")) newest.set(artifact.name, artifact);
  }
  const strips = new Map<string, Strip>();
  for (const { name, sha256 } of newest.values()) {
    const logged = LOGGED.exec(name);
    if (logged) {
      const [, key, , step] = logged;
      const strip = strips.get(`${key!} logged`) ?? { name: key!.replaceAll("#", "/"), pictures: [] };
      strip.pictures.push({ name, sha256, at: Number(step), words: `step ${count(Number(step))}` });
      strips.set(`${key!} logged`, strip);
      continue;
    }
    const found = NUMBERED.exec(name);
    const [, stem, counts, number, ending] = found?.[1] ? found : [];
    const counted = COUNTED[counts?.toLowerCase() ?? ""];
    // Steps and plain numbers of one name are two rows of pictures.
    const key = stem === undefined ? name : `${stem}${counted ? ` ${counted}` : ""}${ending!}`;
    const strip = strips.get(key) ?? { name: stem === undefined ? name : stem + ending!, pictures: [] };
    strip.pictures.push({ name, sha256, at: number === undefined ? null : Number(number), words: number === undefined ? name : `${counted ?? "no."} ${count(Number(number))}` });
    strips.set(key, strip);
  }
  for (const strip of strips.values()) strip.pictures.sort((a, b) => (a.at ?? 0) - (b.at ?? 0) || (a.name < b.name ? -1 : 1));
  return [...strips.values()]
    .map((strip) => (strip.pictures.length === 1 && !LOGGED.test(strip.pictures[0]!.name) ? { name: strip.pictures[0]!.name, pictures: strip.pictures } : strip))
    .sort((a, b) => a.name.localeCompare(b.name, "en", { numeric: true }));
}
