/** RFC 9457 body as the service writes it. */
export interface ProblemBody {
  title?: string;
  status?: number;
  detail?: string;
  code?: string;
  field?: string;
  remedy?: string;
  limit?: number;
  position?: number;
}

/** A refusal or a failure, always with one sentence of cause and, where one is known, what to do. */
export class Problem extends Error {
  /** HTTP status, 0 when nothing answered. */
  readonly status: number;
  readonly code: string;
  readonly field: string | undefined;
  readonly remedy: string | undefined;
  /** Where in the text that was read it went wrong, from 0. */
  readonly position: number | undefined;

  constructor(body: ProblemBody) {
    super(body.detail ?? body.title ?? "The service gave no reason.");
    this.name = "Problem";
    this.status = body.status ?? 0;
    this.code = body.code ?? "UNKNOWN";
    this.field = body.field || undefined;
    this.remedy = body.remedy || undefined;
    this.position = body.position ?? undefined;
  }

  /** What to do, unless the message has said it already. */
  get remedyOnce(): string | undefined {
    const bare = (text: string) => text.toLowerCase().replaceAll(/[^\p{L}\p{N}]+/gu, " ").trim();
    return this.remedy && !bare(this.message).includes(bare(this.remedy)) ? this.remedy : undefined;
  }

  /** Asking again may help: the service was away or busy. */
  get passing(): boolean {
    return this.status === 0 || this.status === 429 || this.status >= 500;
  }
}

/** @param body of a response whose status is not 2xx: parsed JSON, or text where it was none */
export function problemOf(status: number, body: unknown): Problem {
  if (typeof body === "object" && body !== null && ("detail" in body || "title" in body)) {
    return new Problem({ ...(body as ProblemBody), status });
  }
  return new Problem({
    status,
    code: `HTTP_${status}`,
    detail: status === 401 ? "This lab does not know that token." : `The service answered ${status} without a reason.`,
    ...(status >= 500 ? { remedy: "Try again; if it stays, look at the service's log." } : {}),
  });
}

/** Any thrown value as something that can be shown. */
export function toProblem(error: unknown): Problem {
  if (error instanceof Problem) return error;
  return new Problem({
    status: 0,
    code: "UNREACHABLE",
    detail: "The service does not answer.",
    remedy: "Check that it runs with: runyard doctor. This page tries again by itself.",
  });
}
