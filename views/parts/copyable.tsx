/** A text with a button that copies it. */
export function Copyable({
  id,
  text,
}: {
  readonly id: string;
  readonly text: string;
}) {
  return (
    <div class="copyable">
      <code class="copy" id={id} safe>
        {text}
      </code>
      <button type="button" data-copy={`#${id}`}>
        Copy
      </button>
    </div>
  );
}
