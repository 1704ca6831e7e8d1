import type { ArtifactView } from "../../api/types";

/** Formats that a browser draws. Of an SVG it only draws, too: it stands in an img, and is served so that nothing in it can run. */
const RASTER = /\.(png|svg|jpe?g|webp|gif|avif|bmp)$/i;
const NUMBERED = /^(.*?)[-_. ]*(?:step|epoch|ep)?[-_. ]*(\d+)(\.[a-z]+)$/i;

export interface Picture {
  name: string;
  sha256: string;
  /** Where in the training; null where its name has no number. */
  step: number | null;
}

/** Pictures of one thing at several steps. */
export interface Strip {
  name: string;
  pictures: Picture[];
}

/** Strips by name, steps in order; of a name that was stored twice the newest counts. */
export function stripsOf(artifacts: readonly ArtifactView[], search: string): Strip[] {
  const names = new Set(artifacts.map((artifact) => artifact.name.toLowerCase()));
  const newest = new Map<string, ArtifactView>();
  for (const artifact of artifacts) {
    // The same picture as PNG and SVG is one.
    if (artifact.name.toLowerCase().endsWith(".svg") && names.has(artifact.name.toLowerCase().replace(/svg$/, "png"))) continue;
    if (!RASTER.test(artifact.name) || !artifact.name.toLowerCase().includes(search.toLowerCase())) continue;
    const known = newest.get(artifact.name);
    if (!known || (known.createdAt ?? "") <= (artifact.createdAt ?? "")) newest.set(artifact.name, artifact);
  }
  const strips = new Map<string, Strip>();
  for (const { name, sha256 } of newest.values()) {
    const found = NUMBERED.exec(name);
    const stem = found?.[1] ? found[1] + found[3]! : name;
    const strip = strips.get(stem) ?? { name: stem, pictures: [] };
    strip.pictures.push({ name, sha256, step: found?.[1] ? Number(found[2]) : null });
    strips.set(stem, strip);
  }
  for (const strip of strips.values()) strip.pictures.sort((a, b) => (a.step ?? 0) - (b.step ?? 0));
  return [...strips.values()]
    .map((strip) => (strip.pictures.length === 1 ? { name: strip.pictures[0]!.name, pictures: strip.pictures } : strip))
    .sort((a, b) => a.name.localeCompare(b.name, "en", { numeric: true }));
}
