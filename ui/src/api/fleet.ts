import { http, unwrap, unwrapNothing } from "./client";
import type { Made } from "./made";
import type { DeviceView } from "./types";

export type Share = Made<"ShareView", "project" | "weight" | "usedHours" | "going">;

/** What hosts can fetch by name; `need` is `dataset:NAME` or `weights:NAME`. */
export type StoredPlace = Made<"StoredPlaceView", "need" | "size" | "pushedBy" | "pushedAt" | "openRuns">;

/** @property account left out: the project's own; what else is left out goes back to its default. */
export interface ShareAsk {
  project: string;
  account?: string;
  weight?: number;
  slots?: number;
  deviceHours?: number;
}

interface Send<R, Path = undefined, Body = undefined> {
  parameters: Path extends undefined ? { path?: never } : { path: Path };
  requestBody?: Body extends undefined ? never : { content: { "application/json": Body } };
  responses: { 200: { content: { "application/json": R } } };
}
interface Id {
  id: string;
}
/** What an administrator does about a device. */
export type DeviceAction = "drain" | "let-back";

export interface FleetPaths {
  "/api/v1/devices/{id}/{action}": { post: Send<DeviceView, Id & { action: DeviceAction }> };
  "/api/v1/devices/{id}/hold": { post: Send<DeviceView, Id, { minutes: number }>; delete: Send<DeviceView, Id> };
  "/api/v1/places": { get: Send<StoredPlace[]> };
  "/api/v1/places/{kind}/{name}": { delete: Send<undefined, { kind: string; name: string }> };
  "/api/v1/shares": { get: Send<Share[]>; put: Send<Share, undefined, ShareAsk> };
}

export const fleetKeys = { shares: ["shares"] as const, places: ["places"] as const };

const of = (id: string) => ({ params: { path: { id } } });

/** What people do about devices, and what each project and user may have of them. All reject with a `Problem`. */
export const fleet = {
  act: (id: string, action: DeviceAction) => unwrap(http.POST("/api/v1/devices/{id}/{action}", { params: { path: { id, action } } })),
  hold: (id: string, minutes: number) => unwrap(http.POST("/api/v1/devices/{id}/hold", { ...of(id), body: { minutes } })),
  release: (id: string) => unwrap(http.DELETE("/api/v1/devices/{id}/hold", of(id))),
  places: () => unwrap(http.GET("/api/v1/places")),
  /** @param need as a `StoredPlace` has it */
  forgetPlace: (need: string) => {
    const [kind = "", ...name] = need.split(":");
    return unwrapNothing(http.DELETE("/api/v1/places/{kind}/{name}", { params: { path: { kind, name: name.join(":") } } }));
  },
  shares: () => unwrap(http.GET("/api/v1/shares")),
  setShare: (body: ShareAsk) => unwrap(http.PUT("/api/v1/shares", { body })),
};
