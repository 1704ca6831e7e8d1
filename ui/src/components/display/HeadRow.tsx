/** The heads of a table's columns. @param heads an empty one stands above buttons */
export function HeadRow({ heads }: { heads: readonly string[] }) {
  return (
    <tr>
      {heads.map((head) => (
        <th key={head} scope="col" aria-label={head === "" ? "What to do" : undefined}>
          {head}
        </th>
      ))}
    </tr>
  );
}
