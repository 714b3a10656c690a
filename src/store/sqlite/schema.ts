import type { Generated } from "kysely";

/** The tables as Kysely sees them; migrations.ts is what makes them. */
export type Schema = {
  sids: { id: Generated<number>; sid: string };
  addresses: {
    id: Generated<number>;
    address: string;
    last_digits: number | null;
    country: string | null;
  };
  post_shapes: { id: Generated<number>; shape: string };
  messages: {
    id: Generated<number>;
    sid: Uint8Array;
    channel: number;
    status: number;
    to_id: number | null;
    from_id: number | null;
    error_code: number | null;
    account_id: number | null;
    service_id: number | null;
    num_segments: number | null;
    first_event_at: number;
    last_event_at: number;
  };
  events: {
    id: Generated<number>;
    message_id: number;
    channel: number;
    status: number;
    received_at: number;
    to_id: number | null;
    from_id: number | null;
    error_code: number | null;
    error_message: string | null;
    account_id: number | null;
    service_id: number | null;
    num_segments: number | null;
    raw_dlr_done_date: string | null;
    query: string | null;
    shape_id: number;
    post_values: string | null;
  };
  tags: { id: Generated<number>; name: string; value: string };
  message_tags: { message_id: number; tag_id: number };
  rollups: {
    hour: number;
    channel: number;
    status: number;
    error_code: number;
    country: string;
    messages: number;
  };
};
