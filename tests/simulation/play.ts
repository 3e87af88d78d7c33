/**
 * Plays a scenario to its end, and says what of the promises did not hold.
 *
 * @module
 */
import { check } from "./checks/check.ts";
import type { Entry } from "./journal.ts";
import { type Plant, Run } from "./run.ts";
import { type Scenario, startTime } from "./scenario.ts";
import { shortRest } from "./sim_node.ts";
import { problemsOfEmptiness, problemsOfMesh, problemsOfServices, problemsOfTies } from "./tables.ts";

/** What came of it. */
export interface Played {
  /** What did not hold, each as `what: words`; none when all is well. */
  readonly problems: ReadonlyArray<string>;
  readonly journal: ReadonlyArray<Entry>;
}

/** Long enough for a lost peer to be noticed, for a dial to fail, and for a few that wait in a row. */
const longestRest = 120_000;

/** Plays a scenario. */
export const play = async (scenario: Scenario, plant?: Plant): Promise<Played> => {
  const run = new Run(scenario, plant);
  const problems: Array<string> = [];
  try {
    run.schedule();
    const last = Math.max(0, ...scenario.steps.map((step) => step.at));
    await run.world.runUntil(startTime + last + 1);
    mend(run);
    problems.push(...await rest(run));
    run.journal.add({ what: "note", text: "half of the processes end" });
    endAgents(run, (slot) => slot % 2 === 0);
    problems.push(...await rest(run));
    run.journal.add({ what: "note", text: "the others end" });
    endAgents(run, () => true);
    problems.push(...await rest(run));
    problems.push(...check(run.journal.entries, scenario));
    problems.push(...await close(run));
  } catch (error) {
    problems.push(`world: ${error instanceof Error ? error.stack : error}`);
  }
  for (const life of run.lives) life.life.end();
  return { problems: [...new Set(problems)], journal: run.journal.entries };
};

/** Whatever fault goes on ends. */
const mend = (run: Run): void => {
  const { network } = run.world;
  run.journal.add({ what: "note", text: "all faults end" });
  network.delay = 1;
  for (const one of run.nodes) {
    network.resume(one.fullName);
    one.join();
    for (const other of run.nodes) network.heal(one.host, other.host);
  }
};

/** Waits until nobody waits any more, and looks at the tables. */
const rest = async (run: Run): Promise<ReadonlyArray<string>> => {
  const { world, labels } = run;
  const begin = world.clock.now();
  while (unanswered(run).length > 0 && world.clock.now() < begin + longestRest) {
    await world.runUntil(world.clock.now() + 500);
  }
  await world.runUntil(world.clock.now() + shortRest);
  run.journal.add({ what: "rest" });
  const lives = run.lives.filter((life) => life.life.isAlive && !life.isStopped);
  return [
    ...unanswered(run),
    ...problemsOfTies(lives, labels),
    ...problemsOfServices(lives),
    ...problemsOfMesh(lives, run.scenario),
  ];
};

/** Who still waits for something, or has not done yet what it was told. */
const unanswered = (run: Run): ReadonlyArray<string> => {
  const living = new Set(run.living.map((agent) => agent.key));
  const answered = new Set(
    run.journal.entries.flatMap((entry) => entry.what === "answered" ? [entry.ask] : []),
  );
  const asks = run.journal.entries.flatMap((entry) =>
    entry.what === "asked" && living.has(entry.who) && !answered.has(entry.ask)
      ? [`hangs: ${entry.who} waits for ever: ${entry.text}`]
      : []
  );
  const busy = run.living.filter((agent) => agent.commands > 0)
    .map((agent) => `hangs: ${agent.key} has not done what it was told`);
  return [...asks, ...busy];
};

const endAgents = (run: Run, isChosen: (slot: number) => boolean): void => {
  for (const agent of run.living) {
    if (isChosen(agent.slot)) run.command(agent, { op: "end", how: "normal" }, -1);
  }
};

/** All processes end, then all nodes: nothing is left. */
const close = async (run: Run): Promise<ReadonlyArray<string>> => {
  const { world, labels } = run;
  const lives = run.lives.filter((life) => life.life.isAlive && !life.isStopped);
  for (const { kernel } of lives) kernel.names.get("init")?.exit("shutdown");
  await world.runUntil(world.clock.now() + shortRest);
  const problems = lives.flatMap((life) => problemsOfEmptiness(life, labels));
  const stopped = Promise.all(run.nodes.map((node) => node.stop()));
  let isStopped = false;
  void stopped.finally(() => isStopped = true);
  await world.run(() => isStopped);
  // A link's last words, and what is under way, end by themselves.
  await world.runUntil(world.clock.now() + 10_000);
  if (world.pendingEvents > 0) {
    problems.push(`leaks: ${world.pendingEvents} timers or bytes are left in the world`);
  }
  if (world.network.openSockets > 0) {
    problems.push(`leaks: ${world.network.openSockets} sockets are left open`);
  }
  for (const life of lives) {
    if (life.kernel.remotes.size > 0) {
      problems.push(`leaks: ${life.label} is tied to a node when it has stopped`);
    }
  }
  return problems;
};
