import type { GeneralSettings } from "../../src/ops/general-settings.ts";
import { byteWords, counted } from "../../src/words/amounts.ts";
import { Ago } from "../parts/time.tsx";

type Props = {
  readonly settings: GeneralSettings;
  readonly now: number;
};

/** How long messages are kept, and how deleting them went. */
export function Kept({ settings: { retentionDays, upkeep }, now }: Props) {
  if (retentionDays === 0) return <>Forever.</>;
  const { retention, retentionFailure, retentionPause } = upkeep;
  return (
    <>
      <span safe>{`${counted(retentionDays, "day")}.`}</span>{" "}
      {retention === undefined ? (
        "Nothing has been deleted yet."
      ) : (
        <>
          Last done <Ago at={retention.at} now={now} />
          <span
            safe
          >{`: ${counted(retention.messages, "message")} deleted.`}</span>
        </>
      )}
      {retentionFailure === undefined ? (
        ""
      ) : (
        <Failure what="Deleting failed" failure={retentionFailure} now={now} />
      )}
      {retentionPause === undefined ? (
        ""
      ) : (
        <Failure what="Paused" failure={retentionPause} now={now} />
      )}
    </>
  );
}

/** Where backups are written, and how the latest went. */
export function Backups({ settings, now }: Props) {
  const { backupFolder, backupsKept, upkeep } = settings;
  if (backupFolder === undefined) return <b>No backups.</b>;
  const { backup, backupFailure } = upkeep;
  return (
    <>
      Once a day to{" "}
      <bdi class="mono" safe>
        {backupFolder}
      </bdi>
      <span
        safe
      >{`; ${counted(backupsKept, "backup is", "backups are")} kept.`}</span>
      <br />
      {backup === undefined ? (
        "No backup yet."
      ) : (
        <>
          The latest: <Ago at={backup.at} now={now} />
          <span safe>{`, ${byteWords(backup.bytes)}.`}</span>
        </>
      )}
      {backupFailure === undefined ? (
        ""
      ) : (
        <Failure
          what="The last attempt failed"
          failure={backupFailure}
          now={now}
        />
      )}
    </>
  );
}

function Failure({
  what,
  failure: { at, reason },
  now,
}: {
  readonly what: string;
  readonly failure: { readonly at: number; readonly reason: string };
  readonly now: number;
}) {
  return (
    <p class="given-failure">
      <b safe>{what}</b> <Ago at={at} now={now} />: <span safe>{reason}</span>
    </p>
  );
}
