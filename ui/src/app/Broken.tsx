import type { ErrorComponentProps } from "@tanstack/react-router";
import { Link } from "@tanstack/react-router";
import { Compass, RotateCw, TriangleAlert } from "lucide-react";
import { Button, LinkButton } from "../components/controls/Button";
import { EmptyState } from "../components/display/EmptyState";
import { PageHeader } from "../components/display/PageHeader";

/** A fault of the page itself: what stands around it stays usable. */
export function Broken({ error }: ErrorComponentProps) {
  return (
    <>
      <PageHeader title="This page broke" />
      <EmptyState
        title={error instanceof Error ? error.message : String(error)}
        icon={TriangleAlert}
        actions={
          <Button icon={RotateCw} kind="primary" onClick={() => location.reload()}>
            Load again
          </Button>
        }
      >
        <p>Nothing in the lab is affected. If it stays, report it with this address.</p>
      </EmptyState>
    </>
  );
}

export function NoSuchPage() {
  return (
    <>
      <PageHeader title="There is no such page" />
      <EmptyState
        title="Nothing stands at this address."
        icon={Compass}
        actions={
          <LinkButton to="/runs" kind="primary">
            All runs
          </LinkButton>
        }
      >
        <p>
          It may have been typed wrongly, or lead to something that was deleted. <Link to="/">Home</Link>
        </p>
      </EmptyState>
    </>
  );
}
