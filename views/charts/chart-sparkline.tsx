import { compactCount, countWords } from "../../src/words/amounts.ts";
import { sparklinePath } from "./chart-shapes.ts";

const WIDTH = 100;
const HEIGHT = 20;

/** A count over a page's period: small bars, no axes. */
export function Sparkline({ values }: { readonly values: readonly number[] }) {
  const most = Math.max(0, ...values);
  return (
    <svg
      class="sparkline"
      viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
      preserveAspectRatio="none"
      role="img"
      aria-label={`At most ${countWords(most)} at a time, ${compactCount(values.at(-1) ?? 0)} at the end`}
    >
      <path d={`M0,${HEIGHT}H${WIDTH}`} class="sparkline-foot"></path>
      <path d={sparklinePath(values, WIDTH, HEIGHT)}></path>
    </svg>
  );
}
