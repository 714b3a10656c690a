/** Names and values as they were sent or received. */
export function Pairs({
  title,
  pairs,
}: {
  readonly title?: string;
  readonly pairs: readonly (readonly [name: string, value: string])[];
}) {
  if (pairs.length === 0) return "";
  return (
    <table class="posted">
      {title === undefined ? "" : <caption safe>{title}</caption>}
      <tbody>
        {pairs.map(([name, value]) => (
          <tr>
            <th scope="row">
              <bdi safe>{name}</bdi>
            </th>
            <td>
              <bdi safe>{value}</bdi>
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
