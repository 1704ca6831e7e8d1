import { http, unwrap, unwrapNothing } from "./client";
import type { Level, Me } from "./may";
import { askMe, meKey } from "./me";

export type { Level, Me } from "./may";

export interface Member {
  account: string;
  role: Level;
  createdAt: string;
  createdBy: string;
}

/** What a project keeps of its runs' files. */
export interface Retention {
  /** Newest checkpoints of each run. */
  last?: number;
  /** Newest of those that held the best validation result when they were made. */
  best?: number;
  /** How long a deleted run keeps its files; none: as the lab is set. */
  deletedDays?: number;
  /** Of what was seen; of a change the one that it changes, so that nobody else's is lost. */
  version?: number;
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

interface Get<R, Path = undefined, Query = undefined> {
  get: { parameters: (Path extends undefined ? { path?: never } : { path: Path }) & { query?: Query }; responses: { 200: { content: { "application/json": R } } } };
}
interface Send<R, Path = undefined, Body = undefined> {
  parameters: Path extends undefined ? { path?: never } : { path: Path };
  requestBody?: Body extends undefined ? never : { content: { "application/json": Body } };
  responses: { 200: { content: { "application/json": R } } };
}
interface Done<Path = undefined, Body = undefined> {
  parameters: Path extends undefined ? { path?: never } : { path: Path };
  requestBody?: Body extends undefined ? never : { content: { "application/json": Body } };
  responses: { 204: { content?: never } };
}
interface Id {
  id: string;
}
interface OfProject {
  name: string;
}
interface OfMember extends OfProject {
  account: string;
}

export interface PeoplePaths {
  "/api/v1/me": Get<Me>;
  "/api/v1/sign-in": Get<{ passwords: boolean; sso: boolean }> & { post: Send<{ name: string }, undefined, { name: string; password: string }> };
  "/api/v1/sign-in/invitation": { post: Send<{ name: string }, undefined, { invitation: string; password: string }> };
  "/api/v1/me/tokens": Get<ApiToken[]> & { post: Send<{ token: ApiToken; secret: string }, undefined, { name: string; scope: ApiToken["scope"]; days?: number }> };
  "/api/v1/me/tokens/{id}": { delete: Done<Id> };
  "/api/v1/me/sessions": Get<Session[]>;
  "/api/v1/me/sessions/{id}": { delete: Done<Id> };
  "/api/v1/me/password": { put: Done<undefined, { old: string; password: string }> };
  "/api/v1/projects": { post: Send<{ name: string }, undefined, { name: string }> };
  "/api/v1/projects/{name}/members": Get<Member[], OfProject>;
  "/api/v1/projects/{name}/members/{account}": { put: Send<Member[], OfMember, { role: Level }>; delete: Send<Member[], OfMember> };
  "/api/v1/projects/{name}/retention": Get<Retention, OfProject> & { put: Send<Retention, OfProject, Retention> };
  "/api/v1/accounts": Get<Account[]> & { post: Send<AccountMade, undefined, { name: string; administrator: boolean }> };
  "/api/v1/accounts/{id}": { patch: Send<Account, Id, { administrator?: boolean; disabled?: boolean }> };
  "/api/v1/accounts/{id}/invitation": { post: Send<AccountMade, Id> };
  "/api/v1/audit": Get<AuditLine[], undefined, { who?: string; before?: string }>;
}

const of = (id: string) => ({ params: { path: { id } } });

/** Whom the page knows, and what they may. All reject with a `Problem`. */
export const people = {
  ways: () => unwrap(http.GET("/api/v1/sign-in")),
  signIn: (name: string, password: string) => unwrap(http.POST("/api/v1/sign-in", { body: { name, password } })),
  takeInvitation: (invitation: string, password: string) => unwrap(http.POST("/api/v1/sign-in/invitation", { body: { invitation, password } })),
  me: askMe,
  tokens: () => unwrap(http.GET("/api/v1/me/tokens")),
  makeToken: (body: { name: string; scope: ApiToken["scope"]; days?: number }) => unwrap(http.POST("/api/v1/me/tokens", { body })),
  revokeToken: (id: string) => unwrapNothing(http.DELETE("/api/v1/me/tokens/{id}", of(id))),
  sessions: () => unwrap(http.GET("/api/v1/me/sessions")),
  endSession: (id: string) => unwrapNothing(http.DELETE("/api/v1/me/sessions/{id}", of(id))),
  changePassword: (old: string, password: string) => unwrapNothing(http.PUT("/api/v1/me/password", { body: { old, password } })),
  makeProject: (name: string) => unwrap(http.POST("/api/v1/projects", { body: { name } })),
  members: (name: string) => unwrap(http.GET("/api/v1/projects/{name}/members", { params: { path: { name } } })),
  setMember: (name: string, account: string, role: Level) =>
    unwrap(http.PUT("/api/v1/projects/{name}/members/{account}", { params: { path: { name, account } }, body: { role } })),
  dropMember: (name: string, account: string) => unwrap(http.DELETE("/api/v1/projects/{name}/members/{account}", { params: { path: { name, account } } })),
  retention: (name: string) => unwrap(http.GET("/api/v1/projects/{name}/retention", { params: { path: { name } } })),
  /** What is left out is as if nobody had said anything. */
  setRetention: (name: string, body: Retention) => unwrap(http.PUT("/api/v1/projects/{name}/retention", { params: { path: { name } }, body })),
  accounts: () => unwrap(http.GET("/api/v1/accounts")),
  makeAccount: (name: string, administrator: boolean) => unwrap(http.POST("/api/v1/accounts", { body: { name, administrator } })),
  changeAccount: (id: string, body: { administrator?: boolean; disabled?: boolean }) => unwrap(http.PATCH("/api/v1/accounts/{id}", { ...of(id), body })),
  invite: (id: string) => unwrap(http.POST("/api/v1/accounts/{id}/invitation", of(id))),
  audit: (query: { who?: string; before?: string }) => unwrap(http.GET("/api/v1/audit", { params: { query } })),
};

export const peopleKeys = {
  ways: ["people", "ways"] as const,
  me: meKey,
  tokens: ["people", "tokens"] as const,
  sessions: ["people", "sessions"] as const,
  members: (project: string) => ["people", "members", project] as const,
  retention: (project: string) => ["people", "retention", project] as const,
  accounts: ["people", "accounts"] as const,
  audit: (who: string) => ["people", "audit", who] as const,
};
