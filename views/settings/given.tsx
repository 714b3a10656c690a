import type { Children } from "@kitajs/html";

/** A group of configured values. */
export function Given({
  title,
  children,
}: {
  readonly title: string;
  readonly children: Children;
}) {
  return (
    <section>
      <h2 safe>{title}</h2>
      <dl class="given">{children}</dl>
    </section>
  );
}

/** A configured value, and the name of its setting. */
export function Fact({
  name,
  by,
  children,
}: {
  readonly name: string;
  readonly by?: string;
  readonly children: Children;
}) {
  return (
    <div>
      <dt safe>{name}</dt>
      <dd>{children}</dd>
      {by === undefined ? (
        ""
      ) : (
        <dd class="given-by">
          <code safe>{by}</code>
        </dd>
      )}
    </div>
  );
}
