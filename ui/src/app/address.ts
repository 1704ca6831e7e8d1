/** Addresses as other trackers write them: `#/experiments/{e}/runs/{r}`. @param hash with or without its `#` */
export function fromHash(hash: string): string | null {
  const run = /^#?\/(?:experiments\/[^/]+\/)?runs\/([^/?]+)\/?$/.exec(hash)?.[1];
  if (run) return `/runs/${run}`;
  const experiment = /^#?\/experiments\/([^/?]+)\/?$/.exec(hash)?.[1];
  return experiment ? `/runs?experiment=${experiment}` : null;
}
