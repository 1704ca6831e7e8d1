import { Cpu, FlaskConical, House, ListTree, Rows3, Table2, type LucideIcon } from "lucide-react";

interface Place {
  to: string;
  label: string;
  icon: LucideIcon;
  /** Pressed one after the other. */
  keys: string;
}

/** Where one can always go. A page of the lab's own adds its line here and its route in `router.tsx`. */
export const PLACES: readonly Place[] = [
  { to: "/", label: "Home", icon: House, keys: "g h" },
  { to: "/experiments", label: "Experiments", icon: FlaskConical, keys: "g e" },
  { to: "/runs", label: "Runs", icon: Rows3, keys: "g r" },
  { to: "/sweeps", label: "Sweeps", icon: ListTree, keys: "g s" },
  { to: "/reports", label: "Reports", icon: Table2, keys: "g t" },
  { to: "/devices", label: "Devices", icon: Cpu, keys: "g d" },
];

/** Whether the address is this place, or inside it. */
export function isAt(place: string, path: string): boolean {
  return place === "/" ? path === "/" : path === place || path.startsWith(`${place}/`);
}
