import type {
  DeliveryChange,
  OutboxSave,
  TargetProgress,
} from "../store/outbox.ts";

/** What is to be saved of one target, or of all. */
export type Changes = Omit<OutboxSave, "now">;

export const NO_CHANGES: Changes = {
  targets: [],
  deliveries: [],
  attempts: [],
  resends: [],
};

/** Later ones go last, and win. */
export function merged(all: readonly Changes[]): Changes {
  return {
    targets: all.flatMap(({ targets }) => targets),
    deliveries: all.flatMap(({ deliveries }) => deliveries),
    attempts: all.flatMap(({ attempts }) => attempts),
    resends: all.flatMap(({ resends }) => resends),
  };
}

/** Collects what happens to one target until it's taken to be saved. */
export class ChangeList {
  #deliveries: DeliveryChange[] = [];
  #progress: Partial<TargetProgress> = {};

  get isEmpty(): boolean {
    return (
      this.#deliveries.length === 0 && Object.keys(this.#progress).length === 0
    );
  }

  add(delivery: DeliveryChange): void {
    this.#deliveries.push(delivery);
  }

  set(progress: Omit<TargetProgress, "target">): void {
    this.#progress = { ...this.#progress, ...progress };
  }

  take() {
    const taken = {
      deliveries: this.#deliveries,
      progress: this.#progress,
    };
    this.#deliveries = [];
    this.#progress = {};
    return taken;
  }
}
