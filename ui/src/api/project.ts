import { keep, kept } from "../components/kept";

const NAME = "project";

/** The project that this browser looks at; empty: all that one is a member of. */
export function chosenProject(): string {
  return kept<string>(NAME, "");
}

/** All of whoever signs in next. */
export function forgetProject(): void {
  keep(NAME, undefined);
}

/** What was read of another project goes with this tab's memory. */
export function chooseProject(name: string): void {
  keep(NAME, name === "" ? undefined : name);
  location.reload();
}

/** The same request, kept to the project. */
export function inProject(request: Request): Request {
  const project = chosenProject();
  if (project !== "") request.headers.set("X-Runyard-Project", project);
  return request;
}

/** The same for an address that the browser opens by itself: a download, the stream of events. */
export function addressInProject(path: string): string {
  const project = chosenProject();
  return project === "" ? path : `${path}${path.includes("?") ? "&" : "?"}project=${encodeURIComponent(project)}`;
}
