/**
 * What the kernels' tables must say when the world has come to rest: each tie has two ends, and neither hangs.
 *
 * @module
 */
import type { Entry } from "../../src/process/entry.ts";
import type { Scenario } from "./scenario.ts";
import type { Labels } from "./labels.ts";
import { crewName, deskName, ledgerName } from "./ledger.ts";
import type { NodeLifeOf } from "./sim_node.ts";

/** What is wrong with the tables of the lives that go on. */
export const problemsOfTies = (lives: ReadonlyArray<NodeLifeOf>, labels: Labels): ReadonlyArray<string> =>
  lives.flatMap((life) => [
    ...problemsOfLinks(life, lives, labels),
    ...problemsOfMonitors(life, lives, labels),
    ...problemsOfRequests(life, lives, labels),
    ...problemsOfEntries(life, labels),
  ]);

const lifeBy = (lives: ReadonlyArray<NodeLifeOf>, label: string): NodeLifeOf | undefined =>
  lives.find((life) => life.label === label);

const processesOf = (life: NodeLifeOf): ReadonlyArray<Entry> => [...life.kernel.table.values()];

const problemsOfLinks = (
  life: NodeLifeOf,
  lives: ReadonlyArray<NodeLifeOf>,
  labels: Labels,
): ReadonlyArray<string> =>
  processesOf(life).flatMap((entry) => {
    const who = labels.pid(entry.pid);
    return [
      ...[...entry.links ?? []].flatMap((pid) => {
        const other = lifeBy(lives, labels.life(pid.home))?.kernel.find(pid);
        if (other === undefined) return [`links: ${who} is linked to ${labels.pid(pid)}, which is gone`];
        return other.links?.has(entry.pid)
          ? []
          : [`links: ${who} is linked to ${labels.pid(pid)}, which is not linked to it`];
      }),
      ...[...entry.unlinking?.keys() ?? []].map((pid) =>
        `links: ${who} waits for ever that its unlink from ${labels.pid(pid)} is acknowledged`
      ),
    ];
  });

const problemsOfMonitors = (
  life: NodeLifeOf,
  lives: ReadonlyArray<NodeLifeOf>,
  labels: Labels,
): ReadonlyArray<string> => {
  const made = [...life.kernel.monitors.values()].flatMap((monitor) => {
    const text = `monitors: ${labels.reference(monitor.reference)} of ${labels.target(monitor.watched)}`;
    if (monitor.owner !== undefined && monitor.owner.state === "gone") return [`${text}: its owner is gone`];
    const key = labels.reference(monitor.reference);
    return lives.some((other) => processesOf(other).some((entry) => isWatchedBy(entry, key, labels)))
      ? []
      : [`${text}: nobody is watched for it`];
  });
  const watching = processesOf(life).flatMap((entry) =>
    [...entry.watchers ?? []].flatMap((watcher) => {
      if (!("life" in watcher)) return [];
      const owner = lifeBy(lives, labels.life(watcher.life));
      return owner?.kernel.monitors.has(watcher.reference) ? [] : [
        `monitors: ${labels.pid(entry.pid)} is watched for ${
          labels.monitor(watcher.life, watcher.reference)
        }, which is gone`,
      ];
    })
  );
  return [...made, ...watching];
};

const isWatchedBy = (entry: Entry, monitor: string, labels: Labels): boolean =>
  [...entry.watchers ?? []].some((watcher) =>
    ("life" in watcher
      ? labels.monitor(watcher.life, watcher.reference)
      : labels.reference(watcher.reference)) ===
      monitor
  );

const problemsOfRequests = (
  life: NodeLifeOf,
  lives: ReadonlyArray<NodeLifeOf>,
  labels: Labels,
): ReadonlyArray<string> => {
  const { kernel } = life;
  const isHeld = (key: string): boolean =>
    lives.some((other) =>
      processesOf(other).some((entry) =>
        [...entry.held ?? []].some((held) => labels.monitor(held.life, held.reference) === key)
      )
    );
  const pending = [...kernel.pending.values()].filter((made) => !isHeld(labels.reference(made.reference)))
    .map((made) => `requests: ${labels.reference(made.reference)} is pending, and nobody holds it`);
  const held = processesOf(life).flatMap((entry) =>
    [...entry.held ?? []].flatMap((one) => {
      const owner = lifeBy(lives, labels.life(one.life));
      return owner?.kernel.pending.has(one.reference) ? [] : [
        `requests: ${labels.pid(entry.pid)} holds ${
          labels.monitor(one.life, one.reference)
        }, which nobody awaits`,
      ];
    })
  );
  const spawns = [...kernel.spawns.values()].map((one) =>
    `spawns: ${labels.reference(one.reference)} was asked of ${one.node}, and never answered`
  );
  return [...pending, ...held, ...spawns];
};

/** What stands in a table for a process that is none any more. */
const problemsOfEntries = (life: NodeLifeOf, labels: Labels): ReadonlyArray<string> => {
  const { kernel } = life;
  const names = [...kernel.names].filter(([name, entry]) =>
    entry.name !== name || kernel.find(entry.pid) !== entry
  )
    .map(([name]) => `names: ${name} on ${life.label} belongs to nobody`);
  const exiting = processesOf(life).filter((entry) => entry.state === "exiting")
    .map((entry) => `processes: ${labels.pid(entry.pid)} is to end, and does not`);
  const remotes = [...kernel.remotes].flatMap(([node, remote]) => [
    ...[...remote.linked.keys()].filter((entry) =>
      ![...entry.links ?? [], ...entry.unlinking?.keys() ?? []].some((pid) => pid.node === node)
    )
      .map((entry) =>
        `links: ${life.label} still counts ${labels.pid(entry.pid)} among those linked to ${node}`
      ),
    ...[...remote.watchers.values()].filter((watcher) => !watcher.target.watchers?.has(watcher))
      .map((watcher) => `monitors: ${life.label} still counts a watcher ${watcher.reference} of ${node}`),
    ...[...remote.monitors].filter((made) => kernel.monitors.get(made.reference.number) !== made)
      .map((made) => `monitors: ${life.label} still counts ${labels.reference(made.reference)} of ${node}`),
    ...[...remote.pending].filter((made) => kernel.pending.get(made.reference.number) !== made)
      .map((made) => `requests: ${life.label} still counts ${labels.reference(made.reference)} to ${node}`),
    ...[...remote.held.values()].filter((one) => !one.holder.held?.has(one))
      .map((one) => `requests: ${life.label} still holds ${one.reference} of ${node}`),
  ]);
  return [...names, ...exiting, ...remotes];
};

/** What is left of processes in a life that has none any more. */
export const problemsOfEmptiness = (life: NodeLifeOf, labels: Labels): ReadonlyArray<string> => {
  const { kernel, label } = life;
  const counts = {
    monitor: kernel.monitors.size,
    "pending request": kernel.pending.size,
    "held request": kernel.held.size,
    alias: kernel.aliases.size,
    timer: kernel.timers.size,
    spawn: kernel.spawns.size,
    "tie to a node":
      [...kernel.remotes.values()].filter((remote) =>
        remote.linked.size + remote.monitors.size + remote.watchers.size + remote.pending.size +
            remote.held.size +
            remote.spawns.size > 0
      ).length,
  };
  return [
    // Who keeps a link goes with the node itself.
    ...processesOf(life).filter((entry) => entry.handler === undefined && entry.parent !== undefined)
      .map((entry) => `leaks: the process ${labels.pid(entry.pid)} is left`),
    ...processesOf(life).filter((entry) => entry.handler !== undefined)
      .filter((entry) => (entry.links?.size ?? 0) + (entry.watchers?.size ?? 0) + (entry.held?.size ?? 0) > 0)
      .map((entry) => `leaks: ${labels.pid(entry.pid)} still is tied to others`),
    ...Object.entries(counts).filter(([, count]) => count > 0)
      .map(([what, count]) => `leaks: ${label} has ${count} × ${what} left`),
  ];
};

/** Every node has what its supervisor keeps there. */
export const problemsOfServices = (lives: ReadonlyArray<NodeLifeOf>): ReadonlyArray<string> =>
  lives.filter((life) => life.running !== undefined).flatMap((life) =>
    ["Tasks", ledgerName, crewName, deskName].filter((name) => !life.kernel.names.has(name))
      .map((name) => `supervisors: ${life.label} has no ${name}`)
  );

/** Links that are kept stand; and where nothing is done to links, whoever is linked to one is linked to all of those. */
export const problemsOfMesh = (
  lives: ReadonlyArray<NodeLifeOf>,
  scenario: Scenario,
): ReadonlyArray<string> => {
  const running = lives.filter((life) => life.running !== undefined);
  const others = (life: NodeLifeOf): ReadonlyArray<NodeLifeOf> =>
    running.filter((other) => other !== life && life.kernel.outbound.isConnected(other.node.fullName));
  const isDisturbed = scenario.steps.some((step) => "fault" in step || step.op === "disconnect");
  return running.flatMap((life) => {
    const near = others(life);
    const missing = scenario.keepsLinks
      ? running.filter((other) => other !== life && !near.includes(other))
      : isDisturbed
      ? []
      : near.flatMap(others).filter((other) => other !== life && !near.includes(other));
    return missing.map((other) => `mesh: ${life.label} has no link to ${other.label}`);
  });
};
