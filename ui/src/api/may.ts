export type Level = "VIEWER" | "RESEARCHER" | "MAINTAINER";

/** Whom the lab takes this browser for, and what they are in which project. */
export interface Me {
  name: string;
  administrator: boolean;
  readOnly: boolean;
  way: "HOME" | "SESSION" | "TOKEN";
  projects: { name: string; role: Level }[];
}

/** What somebody made in a project. */
interface Owned {
  project?: string | null | undefined;
  createdBy?: string | null | undefined;
}

/** What may be offered to whoever looks; the service has the last word. */
export interface May {
  /** Queue and make things in a project; without one, in any of those that are looked at. */
  work: (project?: string) => boolean;
  /** Change this: one's own, or as a maintainer everybody's. */
  change: (thing: Owned) => boolean;
}

/** Whatever there is: nobody is kept from what the service alone can judge. */
export const ALL: May = { work: () => true, change: () => true };

/** @param looked the project that the page keeps to; empty: all of them */
export function mayOf(me: Me, looked: string): May {
  if (me.readOnly) return { work: () => false, change: () => false };
  if (me.administrator) return ALL;
  const is = (project: string | null | undefined, ...levels: Level[]) => me.projects.some(({ name, role }) => levels.includes(role) && (project ?? (looked || name)) === name);
  return {
    work: (project) => is(project, "RESEARCHER", "MAINTAINER"),
    // Whose it is, an older answer may not say.
    change: ({ project, createdBy }) => is(project, "MAINTAINER") || (((createdBy ?? me.name) === me.name) && is(project, "RESEARCHER")),
  };
}
