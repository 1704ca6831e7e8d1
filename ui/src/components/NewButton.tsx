import type { ComponentProps } from "react";
import { useMay } from "../api/me";
import { LinkButton } from "./controls/Button";

/** Leads to where something is made; not there for whoever makes nothing. */
export function NewButton(props: ComponentProps<typeof LinkButton>) {
  return useMay().work() ? <LinkButton {...props} /> : null;
}
