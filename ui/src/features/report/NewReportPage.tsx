import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { keys } from "../../api/keys";
import { useMay } from "../../api/me";
import { reports } from "../../api/reports";
import { Button } from "../../components/controls/Button";
import { ErrorNote } from "../../components/display/ErrorNote";
import { PageHeader } from "../../components/display/PageHeader";
import { Link, useGo } from "../../components/navigation";
import { Editor } from "./Editor";
import { firstDefinition } from "./first";

export function NewReportPage() {
  const [text, setText] = useState(() => firstDefinition(new URLSearchParams(location.search)));
  const cache = useQueryClient();
  const keeps = useMay().work();
  const go = useGo();
  const make = useMutation({
    mutationFn: () => reports.make(text),
    onSuccess: (made) => {
      void cache.invalidateQueries({ queryKey: keys.reports });
      go(`/reports/${made.id}`);
    },
  });
  return (
    <>
      <PageHeader title="New report" crumbs={<Link to="/reports">Reports</Link>} />
      <Editor text={text} onText={setText}>
        {keeps ? (
          <Button kind="primary" busy={make.isPending} onClick={() => make.mutate()}>
            Keep
          </Button>
        ) : (
          <p className="soft">Your role in this lab looks: the table below is not kept.</p>
        )}
      </Editor>
      {make.error ? <ErrorNote error={make.error} /> : null}
    </>
  );
}
