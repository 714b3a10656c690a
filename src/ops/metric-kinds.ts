import Counter from "prom-client/lib/counter.js";
import Gauge from "prom-client/lib/gauge.js";
import Histogram from "prom-client/lib/histogram.js";
import Registry from "prom-client/lib/registry.js";
import type { Distribution } from "../store/distribution.ts";

/** A value, and the labels that distinguish it from the metric's others. */
export type Labelled<T> = readonly [
  labels: Readonly<Record<string, string>>,
  value: T,
];

export type Metric<T> = {
  readonly name: string;
  readonly help: string;
  readonly labels?: readonly string[];
  /** Called when the metrics are read. */
  readonly read: () => readonly Labelled<T>[] | Promise<readonly Labelled<T>[]>;
};

/** Metrics in Prometheus' text format; their values are kept elsewhere. */
export class Metrics {
  readonly #registry = new Registry();
  readonly contentType: string = this.#registry.contentType;

  counter({ name, help, labels = [], read }: Metric<number>): void {
    const registers = [this.#registry];
    new Counter({
      name,
      help,
      labelNames: labels,
      registers,
      async collect() {
        const values = await read();
        this.reset();
        for (const [own, value] of values) this.inc(own, value);
      },
    });
  }

  gauge({ name, help, labels = [], read }: Metric<number>): void {
    const registers = [this.#registry];
    new Gauge({
      name,
      help,
      labelNames: labels,
      registers,
      async collect() {
        const values = await read();
        this.reset();
        // After a reset it's 0, also if nothing is known.
        if (labels.length === 0) this.remove();
        for (const [own, value] of values) this.set(own, value);
      },
    });
  }

  histogram(metric: Metric<Distribution>): void {
    this.#registry.registerMetric(new KeptHistogram(metric));
  }

  text(): Promise<string> {
    return this.#registry.metrics();
  }
}

/** A histogram that is counted elsewhere. */
class KeptHistogram extends Histogram {
  readonly #metric: Metric<Distribution>;

  constructor(metric: Metric<Distribution>) {
    const { name, help, labels = [] } = metric;
    super({ name, help, labelNames: labels, registers: [] });
    this.#metric = metric;
  }

  /** What the registry asks for, in its form. */
  async getForPromString() {
    const { name, help, read } = this.#metric;
    const values = (await read()).flatMap(([labels, distribution]) => {
      const { bounds, counts, count, sum } = distribution;
      let below = 0;
      const buckets = bounds.map((bound, index) => {
        below += counts[index] ?? 0;
        return bucket({ ...labels, le: String(bound) }, below);
      });
      return [
        ...buckets,
        bucket({ ...labels, le: "+Inf" }, count),
        { metricName: `${name}_sum`, labels, value: sum },
        { metricName: `${name}_count`, labels, value: count },
      ];
    });
    return { name, help, type: "histogram", values };

    function bucket(labels: Record<string, string>, value: number) {
      return { metricName: `${name}_bucket`, labels, value };
    }
  }
}

/** The value of a metric without labels; none if unknown. */
export function alone<T>(value: T | undefined): readonly Labelled<T>[] {
  return value === undefined ? [] : [[{}, value]];
}
