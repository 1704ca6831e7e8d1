import type { SeriesAnswer, SeriesAsked } from "../api/series";
import { extended, type Series } from "./series";

export interface Pair {
  run: string;
  key: string;
}

/** @throws what the page shows as a problem */
export type Source = (asked: SeriesAsked) => Promise<SeriesAnswer>;

/** As many pairs as one request may name. */
const MOST_PAIRS = 400;
/** Buckets of a curve: about one for each pixel of a chart among others. */
const BUCKETS = 360;
const FINE_BUCKETS = 1600;
const GATHER_MS = 15;
const PAUSE_MS = 1000;

/** With more questions than this to follow, they become one. */
const MOST_BATCHES = 3;

interface Batch {
  pairs: readonly Pair[];
  cursor: string;
}

const nameOf = ({ run, key }: Pair) => `${run} ${key}`;

interface Known {
  series?: Series | undefined;
  /** What a zoom brought, and for which steps. */
  fine?: { series: Series; from: number; to: number } | undefined;
  fault?: unknown;
  asked: boolean;
}

export interface Seen {
  series: Series | undefined;
  fine: Series | undefined;
  fault: unknown;
}

const first = (known: Known, fresh: Series) => {
  known.series = fresh;
};

const NOTHING: Seen = { series: undefined, fine: undefined, fault: undefined };

/**
 * The curves of a page: whatever its visible charts want goes into one request, and so does, by its cursor, what has come since.
 * A chart that is out of sight wants nothing and is not followed.
 */
export class SeriesStore {
  private readonly known = new Map<string, Known>();
  private readonly seen = new Map<string, Seen>();
  private readonly wanted = new Map<string, { pair: Pair; watchers: Set<() => void> }>();
  private readonly changed = new Set<string>();
  private readonly source: Source;
  /** What was asked for together: a cursor holds for the same question alone. */
  private batches: Batch[] = [];
  private ghosts = false;
  private gather: ReturnType<typeof setTimeout> | undefined;
  private pause: ReturnType<typeof setTimeout> | undefined;
  private steps: { from: number; to: number } | undefined;
  private era = 0;

  constructor(source: Source) {
    this.source = source;
  }

  /** While watched, a pair is read and followed. */
  watch(pair: Pair, watcher: () => void): () => void {
    const name = nameOf(pair);
    const entry = this.wanted.get(name) ?? { pair, watchers: new Set() };
    entry.watchers.add(watcher);
    this.wanted.set(name, entry);
    // What went on while it was out of sight comes with the next answer to "since".
    if (this.known.get(name)?.series) this.changed.add(name);
    this.soon();
    return () => {
      entry.watchers.delete(watcher);
      if (entry.watchers.size === 0) this.wanted.delete(name);
    };
  }

  get(pair: Pair): Seen {
    return this.seen.get(nameOf(pair)) ?? NOTHING;
  }

  /** Whether superseded attempts come along; a change reads all anew. */
  withGhosts(ghosts: boolean): void {
    if (ghosts === this.ghosts) return;
    this.ghosts = ghosts;
    this.reset();
  }

  /** Steps that a zoom shows: visible curves that are coarse there are read in finer grain. */
  zoom(steps: { from: number; to: number } | undefined): void {
    if (steps?.from === this.steps?.from && steps?.to === this.steps?.to) return;
    this.steps = steps;
    if (!steps) {
      for (const [name, known] of this.known) {
        known.fine = undefined;
        this.tell(name);
      }
    }
    this.soon();
  }

  /** Something was measured: those of the run's curves that are in sight are asked for what is new, a second later and all together. */
  measured(run: string, keys?: readonly string[]): void {
    for (const [name, { pair }] of this.wanted) if (pair.run === run && (!keys || keys.includes(pair.key))) this.changed.add(name);
    if (this.changed.size > 0) this.pause ??= setTimeout(() => void this.refresh(), PAUSE_MS);
  }

  /** A new attempt may supersede what is drawn, or word was lost: all is read anew, the old stays in sight until then. */
  reset(run?: string): void {
    this.era++;
    this.batches = this.batches.filter((batch) => run !== undefined && !batch.pairs.some((pair) => pair.run === run));
    for (const [name, known] of this.known) {
      if (run && !name.startsWith(`${run} `)) continue;
      known.asked = false;
      known.fine = undefined;
    }
    this.soon();
  }

  /** Nothing is asked for any more; what is on its way is not taken. A page that is shown again may go on. */
  close(): void {
    clearTimeout(this.gather);
    clearTimeout(this.pause);
    this.gather = undefined;
    this.pause = undefined;
    this.era++;
  }

  private soon(): void {
    this.gather ??= setTimeout(() => void this.collect(), GATHER_MS);
  }

  private async collect(): Promise<void> {
    this.gather = undefined;
    const news: Pair[] = [];
    for (const [name, { pair }] of this.wanted) {
      const known = this.known.get(name) ?? { asked: false };
      this.known.set(name, known);
      if (!known.asked) news.push(pair);
      known.asked = true;
    }
    const behind = [...this.changed].filter((name) => this.wanted.has(name) && !news.some((pair) => nameOf(pair) === name));
    if (behind.length > 0) this.pause ??= setTimeout(() => void this.refresh(), PAUSE_MS);
    await this.ask(news, { buckets: BUCKETS }, first, undefined);
    await this.refine();
  }

  private async refresh(): Promise<void> {
    this.pause = undefined;
    const pairs = [...this.changed].map((name) => this.wanted.get(name)?.pair).filter((pair) => pair !== undefined);
    this.changed.clear();
    const names = new Set(pairs.map(nameOf));
    const behind = this.batches.filter((batch) => batch.pairs.some((pair) => names.has(nameOf(pair))));
    const known = new Set(behind.flatMap((batch) => batch.pairs.map(nameOf)));
    const loose = pairs.filter((pair) => !known.has(nameOf(pair)));
    if (behind.length + Number(loose.length > 0) > MOST_BATCHES) {
      this.batches = this.batches.filter((batch) => !behind.includes(batch));
      const together = [...behind.flatMap((batch) => batch.pairs), ...loose].filter((pair) => this.wanted.has(nameOf(pair)));
      await this.ask(together, { buckets: BUCKETS }, first, undefined);
    } else {
      const next = (known: Known, fresh: Series) => (known.series = extended(known.series, fresh));
      for (const batch of behind) await this.ask(batch.pairs, { buckets: BUCKETS, since: batch.cursor }, next, batch);
      await this.ask(loose, { buckets: BUCKETS }, first, undefined);
    }
    await this.refine();
  }

  /** Reads the zoomed stretch of visible curves that are coarse. */
  private async refine(): Promise<void> {
    const steps = this.steps;
    if (!steps) return;
    const coarse: Pair[] = [];
    for (const [name, { pair }] of this.wanted) {
      const known = this.known.get(name);
      if (!known?.series || known.series.exact || (known.fine?.from === steps.from && known.fine.to === steps.to)) continue;
      coarse.push(pair);
    }
    await this.ask(coarse, { ...steps, buckets: FINE_BUCKETS }, (known, fresh) => (known.fine = { series: fresh, ...steps }), null);
  }

  /** @param batch whose cursor goes on; undefined: a new one; null: none, the answer is not followed */
  private async ask(pairs: readonly Pair[], more: Omit<SeriesAsked, "series">, take: (known: Known, fresh: Series) => void, batch: Batch | undefined | null): Promise<void> {
    const era = this.era;
    for (let from = 0; from < pairs.length; from += MOST_PAIRS) {
      const part = pairs.slice(from, from + MOST_PAIRS);
      try {
        const answer = await this.source({ series: part, ...(this.ghosts ? { ghosts: true } : {}), ...more });
        if (era !== this.era) return this.missed(part);
        if (batch) batch.cursor = answer.cursor ?? batch.cursor;
        else if (batch === undefined && answer.cursor !== null) this.batches.push({ pairs: part, cursor: answer.cursor });
        const answered = new Map(answer.series.map((fresh) => [nameOf(fresh), fresh]));
        for (const pair of part) {
          const known = this.known.get(nameOf(pair));
          const fresh = answered.get(nameOf(pair));
          if (!known) continue;
          known.fault = undefined;
          if (fresh) take(known, fresh);
          else if (more.since === undefined && more.from === undefined) known.series ??= { ...pair, points: 0, nonFinite: 0, exact: true, steps: [], times: [], last: [] };
          this.tell(nameOf(pair));
        }
      } catch (fault) {
        if (era !== this.era) return this.missed(part);
        for (const pair of part) {
          const known = this.known.get(nameOf(pair));
          if (!known) continue;
          known.fault = fault;
          // Asked again with the next event, or when the chart comes into sight again.
          if (!known.series) known.asked = false;
          this.tell(nameOf(pair));
        }
      }
    }
  }

  /** An answer from before a reset: those that still have nothing are asked for again. */
  private missed(pairs: readonly Pair[]): void {
    for (const pair of pairs) {
      const known = this.known.get(nameOf(pair));
      if (known && !known.series) known.asked = false;
    }
    if (pairs.some((pair) => this.wanted.has(nameOf(pair)))) this.soon();
  }

  private tell(name: string): void {
    const known = this.known.get(name);
    if (!known) return;
    this.seen.set(name, { series: known.series, fine: known.fine?.series, fault: known.fault });
    for (const watcher of this.wanted.get(name)?.watchers ?? []) watcher();
  }
}
