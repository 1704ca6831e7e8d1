import { useQueryClient } from "@tanstack/react-query";
import { createContext, type ReactNode, useContext, useEffect, useRef, useSyncExternalStore } from "react";
import type { EventStream, LabEvent, Liveness } from "./events";
import { follow } from "./follow";

const Stream = createContext<EventStream | null>(null);

export function LiveProvider({ stream, children }: { stream: EventStream; children: ReactNode }) {
  const cache = useQueryClient();
  useEffect(() => {
    const stop = stream.start();
    const leave = follow(stream, cache);
    return () => {
      leave();
      stop();
    };
  }, [stream, cache]);
  return <Stream.Provider value={stream}>{children}</Stream.Provider>;
}

/** Calls the newest `listener` for each event while mounted. */
export function useEvents(listener: (event: LabEvent) => void): void {
  const stream = useContext(Stream);
  const newest = useRef(listener);
  useEffect(() => {
    newest.current = listener;
  });
  useEffect(() => stream?.subscribe((event) => newest.current(event)), [stream]);
}

const CONNECTING: Liveness = { state: "connecting" };
const nothing = () => () => undefined;

export function useLiveness(): Liveness {
  const stream = useContext(Stream);
  return useSyncExternalStore(stream?.watch ?? nothing, stream?.liveness ?? (() => CONNECTING));
}
