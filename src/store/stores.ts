import type { AccountStore } from "./accounts.ts";
import type { AlertChannelStore } from "./alert-channels.ts";
import type { AlertStore } from "./alerts.ts";
import type { ApiTokenStore } from "./api-tokens.ts";
import type { AuditStore } from "./audit.ts";
import type { DatabaseFacts } from "./database-facts.ts";
import type { EndpointStore } from "./endpoints.ts";
import type { OutboxStore } from "./outbox.ts";
import type { RefusalStore } from "./refusals.ts";
import type { CountRequest } from "./request-windows.ts";
import type { DigestStore } from "./digests.ts";
import type { CostStore } from "./costs.ts";
import type { SuppressionStore } from "./suppressions.ts";
import type {
  BackfillStore,
  PriceStore,
  ReconcileStore,
} from "./twilio-reading.ts";
import type { Store } from "./store.ts";
import type { UpkeepStore } from "./upkeep.ts";
import type { ViewStore } from "./views.ts";
import type { Keeping } from "./keeping.ts";
import type { Writing } from "./writing.ts";

/** Everything in a database: messages, and what's kept beside them. */
export interface Stores extends Store {
  readonly accounts: AccountStore;
  readonly audit: AuditStore;
  readonly apiTokens: ApiTokenStore;
  readonly endpoints: EndpointStore;
  readonly alerts: AlertStore;
  readonly alertChannels: AlertChannelStore;
  readonly outbox: OutboxStore;
  readonly refusals: RefusalStore;
  readonly suppressions: SuppressionStore;
  readonly digests: DigestStore;
  readonly views: ViewStore;
  readonly backfills: BackfillStore;
  readonly reconciles: ReconcileStore;
  readonly prices: PriceStore;
  readonly costs: CostStore;
  readonly upkeep: UpkeepStore;
  readonly database: DatabaseFacts;
  readonly countRequest: CountRequest;
  /** How writing is doing now. */
  writing(): Writing;
  /**
   * How the keeper is doing, as of at most a second ago; rejects with StoreUnavailable.
   * Undefined where recording isn't one node's turn.
   */
  readonly keeping: (() => Promise<Keeping>) | undefined;
  /**
   * Why this server only receives callbacks for now, in a sentence; undefined if everything works.
   * Such as while a ledger is copied into the database, or since a newer version upgraded it.
   */
  readonly restriction: () => string | undefined;
}
