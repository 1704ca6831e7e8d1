export type { Look } from "../components/colour";

/** `#rrggbb` with an alpha of 0 to 255. */
export const faded = (colour: string, alpha: number) => colour + alpha.toString(16).padStart(2, "0");
