import { http as known, unwrap } from "./client";
import { problemOf, toProblem } from "./problem";

type Ask = (path: string, init?: { params?: object; body?: object }) => Promise<{ error?: unknown; response: Response }>;

/** What is sent and what comes back is said here, one line each. */
const http = known as unknown as Record<"GET" | "POST" | "PUT" | "PATCH" | "DELETE", Ask>;

export type Level = "VIEWER" | "RESEARCHER" | "MAINTAINER";

export interface Me {
  name: string;
  administrator: boolean;
  readOnly: boolean;
  way: "HOME" | "SESSION" | "TOKEN";
  projects: { name: string; role: Level }[];
}

export interface Member {
  account: string;
  role: Level;
  createdAt: string;
  createdBy: string;
}

export interface Account {
  id: string;
  name: string;
  administrator: boolean;
  local: boolean;
  disabled: boolean;
  invited: boolean;
  createdAt: string;
  lastSeenAt?: string;
}

export interface AccountMade {
  account: Account;
  invitation: string;
}

export interface ApiToken {
  id: string;
  name: string;
  scope: "READ" | "WRITE";
  createdAt: string;
  expiresAt?: string;
  lastUsedAt?: string;
}

export interface Session {
  id: string;
  address: string;
  agent: string;
  createdAt: string;
  lastUsedAt: string;
  current: boolean;
}

export interface AuditLine {
  id: number;
  time: string;
  who: string;
  action: string;
  kind: string;
  object: string;
  project?: string;
  before?: string;
  after?: string;
  request: string;
  requestId: string;
  address: string;
}

/** Whether they keep a project, and so may read what was changed there. */
export const readsAudit = (me: Me) => me.administrator || me.projects.some((project) => project.role === "MAINTAINER");

/** What the service's document leaves open, which of its fields always come, is said above. */
const got = <T>(asked: Promise<unknown>): Promise<T> => unwrap(asked as Parameters<typeof unwrap<T>>[0]);

async function nothing(asked: Promise<{ error?: unknown; response: Response }>): Promise<void> {
  const { response, error } = await asked.catch((cause: unknown) => {
    throw toProblem(cause);
  });
  if (!response.ok) throw problemOf(response.status, error);
}

/** Whom the page knows, and what they may. All reject with a `Problem`. */
export const people = {
  ways: () => got<{ passwords: boolean; sso: boolean }>(http.GET("/api/v1/sign-in")),
  signIn: (name: string, password: string) => got<{ name: string }>(http.POST("/api/v1/sign-in", { body: { name, password } })),
  takeInvitation: (invitation: string, password: string) => got<{ name: string }>(http.POST("/api/v1/sign-in/invitation", { body: { invitation, password } })),
  me: () => got<Me>(http.GET("/api/v1/me")),
  tokens: () => got<ApiToken[]>(http.GET("/api/v1/me/tokens")),
  makeToken: (body: { name: string; scope: ApiToken["scope"]; days?: number }) => got<{ token: ApiToken; secret: string }>(http.POST("/api/v1/me/tokens", { body })),
  revokeToken: (id: string) => nothing(http.DELETE("/api/v1/me/tokens/{id}", { params: { path: { id } } })),
  sessions: () => got<Session[]>(http.GET("/api/v1/me/sessions")),
  endSession: (id: string) => nothing(http.DELETE("/api/v1/me/sessions/{id}", { params: { path: { id } } })),
  changePassword: (old: string, password: string) => nothing(http.PUT("/api/v1/me/password", { body: { old, password } })),
  makeProject: (name: string) => got<{ name: string }>(http.POST("/api/v1/projects", { body: { name } })),
  members: (name: string) => got<Member[]>(http.GET("/api/v1/projects/{name}/members", { params: { path: { name } } })),
  setMember: (name: string, account: string, role: Level) =>
    got<Member[]>(http.PUT("/api/v1/projects/{name}/members/{account}", { params: { path: { name, account } }, body: { role } })),
  dropMember: (name: string, account: string) => got<Member[]>(http.DELETE("/api/v1/projects/{name}/members/{account}", { params: { path: { name, account } } })),
  accounts: () => got<Account[]>(http.GET("/api/v1/accounts")),
  makeAccount: (name: string, administrator: boolean) => got<AccountMade>(http.POST("/api/v1/accounts", { body: { name, administrator } })),
  changeAccount: (id: string, body: { administrator?: boolean; disabled?: boolean }) => got<Account>(http.PATCH("/api/v1/accounts/{id}", { params: { path: { id } }, body })),
  invite: (id: string) => got<AccountMade>(http.POST("/api/v1/accounts/{id}/invitation", { params: { path: { id } } })),
  audit: (query: { who?: string; before?: string }) => got<AuditLine[]>(http.GET("/api/v1/audit", { params: { query } })),
};

export const peopleKeys = {
  ways: ["people", "ways"] as const,
  me: ["people", "me"] as const,
  tokens: ["people", "tokens"] as const,
  sessions: ["people", "sessions"] as const,
  members: (project: string) => ["people", "members", project] as const,
  accounts: ["people", "accounts"] as const,
  audit: (who: string) => ["people", "audit", who] as const,
};
