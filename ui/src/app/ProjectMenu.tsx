import { useQuery } from "@tanstack/react-query";
import { people, peopleKeys } from "../api/people";
import { chooseProject, chosenProject } from "../api/project";
import { Select } from "../components/controls/Select";

/** Which project the page keeps to; not there for whoever has one alone. */
export function ProjectMenu() {
  const me = useQuery({ queryKey: peopleKeys.me, queryFn: people.me, staleTime: 60_000 });
  const chosen = chosenProject();
  const names = me.data?.projects.map((project) => project.name) ?? [];
  if (names.length < 2 && chosen === "") return null;
  const options = [{ value: "", label: "All projects" }, ...[...new Set([...names, ...(chosen ? [chosen] : [])])].map((name) => ({ value: name, label: name }))];
  return <Select size="s" label="Project" value={chosen} options={options} onValue={chooseProject} />;
}
