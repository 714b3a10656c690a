/** In place of a list whose older entries have gone since the page before. */
export function NothingFurther({ latest }: { readonly latest: string }) {
  return (
    <div class="empty">
      <h2>Nothing here</h2>
      <p>
        <a href={latest}>Go to the latest</a>
      </p>
    </div>
  );
}
