import { Archive, FolderLock } from "lucide-react";
import type { Marks } from "../../api/order";
import { Badge, Tag } from "../display/Badge";

/** What people put there, as words beside the name. */
export function MarkBadges({ thing }: { thing: Marks & { pinned?: boolean } }) {
  return (
    <>
      {thing.deletedAt ? <Badge tone="bad">deleted</Badge> : null}
      {thing.archived ? <Badge icon={Archive}>archived</Badge> : null}
      {thing.pinned ? <Badge icon={FolderLock}>files kept</Badge> : null}
      {Object.entries(thing.tags ?? {}).filter(([key]) => !key.startsWith("mlflow.")).map(([key, value]) => (
        <Tag key={key}>{value ? `${key}: ${value}` : key}</Tag>
      ))}
    </>
  );
}
