import { setOrDrop, type UrlState } from "../../components/navigation";

export interface SubmitView {
  kind: "sweep" | "run";
  tab: "form" | "yaml";
  /** `run:{id}`, `sweep:{id}`, `around:{sweep}`, `after:{sweep}`, `template:{name}` or `paper:{name}`: start from that one's spec; `choose`: ask which. */
  from: string | undefined;
}

export const submitUrl: UrlState<SubmitView> = {
  read: (search) => ({
    kind: search.get("kind") === "run" ? "run" : "sweep",
    tab: search.get("tab") === "yaml" ? "yaml" : "form",
    from: search.get("from") ?? undefined,
  }),
  write: (view, search) => {
    setOrDrop(search, "kind", view.kind === "run" ? "run" : undefined);
    setOrDrop(search, "tab", view.tab === "yaml" ? "yaml" : undefined);
    setOrDrop(search, "from", view.from);
  },
};
