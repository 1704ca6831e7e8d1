import { useQuery } from "@tanstack/react-query";
import { api } from "../../api/client";
import { keys } from "../../api/keys";
import { shortId } from "../../components/format";

const ID = /\bdevice ([0-9a-f]{8}-[0-9a-f-]{27})\b/g;

/** What people call the lab's devices; one that is there no more keeps the beginning of its id. */
export function useDeviceNames() {
  const devices = useQuery({ queryKey: keys.devices, queryFn: api.devices });
  const named = (id: string) => devices.data?.find((one) => one.id === id)?.name ?? shortId(id);
  return { named, told: (text: string) => text.replace(ID, (_, id: string) => `device ${named(id)}`) };
}
