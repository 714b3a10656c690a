import { isAdmin } from "../../src/account/viewer.ts";
import {
  ALERT_CHANNEL_KINDS,
  type AlertChannel,
} from "../../src/store/alert-channels.ts";
import { clockText } from "../../src/alerts/channel-form.ts";
import type { ChannelListed } from "../../src/alerts/channels-listed.ts";
import { CHANNEL_KINDS } from "../../src/alerts/channels/channels.ts";
import { ALERT_SEVERITIES } from "../../src/store/alerts.ts";
import { counted } from "../../src/words/amounts.ts";
import { Ago } from "../parts/time.tsx";
import type { Site } from "../site.ts";
import { severityWord } from "./alert-marks.tsx";
import { SwitchForm } from "./switch-form.tsx";
import { AlertsFrame } from "./alerts-frame.tsx";

/** Where alerts are sent. */
export function ChannelsPage({
  site,
  channels,
  now,
}: {
  readonly site: Site;
  readonly channels: readonly ChannelListed[];
  readonly now: number;
}) {
  const canChange = isAdmin(site.viewer);
  return (
    <AlertsFrame site={site} tab="channels" title="Notification channels">
      <p class="list-lead">
        Where smsledger tells you about alerts: when one fires, a reminder while
        nobody has taken it, and when it’s over. Each channel takes the
        severities that you choose.
      </p>
      {channels.length === 0 ? (
        <div class="empty">
          <h2>Nobody is notified yet</h2>
          <p>
            Alerts appear only on these pages. Add a channel, so that somebody
            is notified, also at night.
          </p>
        </div>
      ) : (
        <ChannelsTable {...{ site, channels, canChange, now }} />
      )}
      {canChange ? (
        <AddChannel site={site} />
      ) : (
        <p class="hint">Admins add and change channels.</p>
      )}
    </AlertsFrame>
  );
}

function ChannelsTable({
  site,
  channels,
  canChange,
  now,
}: {
  readonly site: Site;
  readonly channels: readonly ChannelListed[];
  readonly canChange: boolean;
  readonly now: number;
}) {
  return (
    <table class="list alert-channels">
      <thead>
        <tr>
          <th scope="col">Channel</th>
          <th scope="col" class="col-takes">
            Takes
          </th>
          <th scope="col" class="col-doing">
            Latest notice
          </th>
          <th scope="col" class="col-do">
            <span class="visually-hidden">On or off</span>
          </th>
        </tr>
      </thead>
      <tbody>
        {channels.map((listed) => (
          <ChannelRow {...{ site, listed, canChange, now }} />
        ))}
      </tbody>
    </table>
  );
}

function ChannelRow({
  site,
  listed,
  canChange,
  now,
}: {
  readonly site: Site;
  readonly listed: ChannelListed;
  readonly canChange: boolean;
  readonly now: number;
}) {
  const { channel, destination } = listed;
  const { id, name, kind, isOn } = channel;
  return (
    <tr class={isOn ? undefined : "is-off"}>
      <td>
        {canChange ? (
          <a class="row-link" href={site.urls.alertChannel(id)}>
            <bdi safe>{name}</bdi>
          </a>
        ) : (
          <b>
            <bdi safe>{name}</bdi>
          </b>
        )}
        <span class="hint alert-rule">
          <span safe>{CHANNEL_KINDS[kind].label}</span>
          {destination === undefined ? (
            ""
          ) : (
            <>
              {" · "}
              <bdi safe>{destination}</bdi>
            </>
          )}
        </span>
        <span class="narrow-only">
          <Takes channel={channel} />
          <br />
          <Doing listed={listed} now={now} />
        </span>
      </td>
      <td class="col-takes">
        <Takes channel={channel} />
      </td>
      <td class="col-doing">
        <Doing listed={listed} now={now} />
      </td>
      <td class="col-do">
        {canChange ? (
          <SwitchForm
            site={site}
            action={site.urls.alertChannelSwitch(id)}
            item={channel}
          />
        ) : isOn ? (
          "On"
        ) : (
          "Off"
        )}
      </td>
    </tr>
  );
}

/** `Critical, warning` and when it's quiet. */
function Takes({
  channel: { severities, quietHours },
}: {
  readonly channel: AlertChannel;
}) {
  const words = ALERT_SEVERITIES.filter((each) => severities.includes(each))
    .map(severityWord)
    .join(", ");
  return (
    <>
      <span safe>{words === "" ? "Only rules that name it" : words}</span>
      {quietHours === null ? (
        ""
      ) : (
        <span class="hint alert-rule" safe>
          {`Quiet ${clockText(quietHours.from)}–${clockText(quietHours.to)}, ${quietHours.timeZone}`}
        </span>
      )}
    </>
  );
}

function Doing({
  listed: { channel, latest, failingSince, waiting },
  now,
}: {
  readonly listed: ChannelListed;
  readonly now: number;
}) {
  if (!channel.isOn) return <span class="hint">Off</span>;
  if (latest === undefined)
    return <span class="hint">Nothing sent so far</span>;
  return (
    <>
      {failingSince === undefined ? (
        <span>
          {latest.isSuccess ? "Sent" : "Failed"}{" "}
          <Ago at={latest.at} now={now} />
        </span>
      ) : (
        <span class="channel-failure">
          <b>Failing</b> since <Ago at={failingSince} now={now} />
        </span>
      )}
      {waiting === 0 ? (
        ""
      ) : (
        <span class="hint alert-rule" safe>
          {`${counted(waiting, "notice")} waiting`}
        </span>
      )}
    </>
  );
}

function AddChannel({ site: { urls } }: { readonly site: Site }) {
  return (
    <section class="part" aria-labelledby="add-channel">
      <div class="part-head">
        <h2 id="add-channel">Add a channel</h2>
      </div>
      <ul class="kinds">
        {ALERT_CHANNEL_KINDS.map((kind) => (
          <li>
            <a href={urls.alertChannelNew(kind)}>
              <b safe>{CHANNEL_KINDS[kind].label}</b>
            </a>
          </li>
        ))}
      </ul>
    </section>
  );
}
