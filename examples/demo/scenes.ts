/**
 * The scenes of the main job: what is typed where, and what must be seen.
 *
 * @module
 */
import { type Terminal, Unexpected } from "./terminal.ts";

/** The three nodes of the play; others are opened as a scene needs them. */
export interface Stage {
  readonly alex: Terminal;
  readonly kate: Terminal;
  readonly moebi: Terminal;
  /** Opens another node's terminal; it is stopped after the scene. */
  readonly open: (name: string, cookie: string) => Promise<Terminal>;
}

/** One scene. */
export interface Scene {
  readonly title: string;
  readonly play: (stage: Stage) => Promise<void>;
}

const remoteOutput: Scene = {
  title: "Node.spawnLink: Kate speaks, and alex, who asked, sees it",
  play: async ({ alex, kate }) => {
    await alex.answers('Node.spawnLink("kate@localhost", Kate.sayName, [])', /^#PID<\d+\.\d+\.\d+>$/);
    await alex.sees("Hi, my name is Kate");
    await kate.hasNotSeen("Hi, my name is Kate");
  },
};

const messageAndReply: Scene = {
  title: "A message, and a reply",
  play: async ({ alex }) => {
    await alex.answers('const pid = await Node.spawnLink("kate@localhost", Kate.answer, [])', /^#PID<.*>$/);
    await alex.answers("send(pid, tuple(atom('hi'), await self()))", /^\{:hi, #PID<0\.\d+\.\d+>\}$/);
    await alex.answers("Process.receive({ after: '5 seconds' })", ":sup?");
  },
};

const twoCookies: Scene = {
  title: "Two cookies: refused, and both sides say so within a second",
  play: async ({ alex, open }) => {
    const stranger = await open("stranger@localhost", "another_token");
    const start = Date.now();
    await alex.answers(
      'Node.connect("stranger@localhost")',
      /noconnection: .*no connection to stranger@localhost \(.*cookie/,
    );
    await stranger.sees(/refused.*cookie/);
    if (Date.now() - start > 1000) throw new Unexpected(`the refusal took ${Date.now() - start} ms`);
    await stranger.answers("Node.list()", "[]");
  },
};

const chat: Scene = {
  title: "Chat.sendMessage both ways: the recipient sees it",
  play: async ({ alex, kate }) => {
    await alex.answers('Chat.sendMessage("kate@localhost", "hi")', ":ok");
    await kate.hasSeen("hi");
    await kate.answers('Chat.sendMessage("alex@localhost", "how are you?")', ":ok");
    await alex.hasSeen("how are you?");
  },
};

const moebi: Scene = {
  title: "Moebi answers to the sender alone",
  play: async ({ alex, kate, moebi }) => {
    await alex.answers('Chat.sendMessage("moebi@localhost", "hello, dog")', "chicken?", ":ok");
    await moebi.hasSeen("hello, dog");
    await kate.hasNotSeen("chicken?");
    await kate.hasNotSeen("hello, dog");
  },
};

const killed: Scene = {
  title:
    "A node is killed (SIGKILL) while a task runs on it: the await fails at once, links and monitors too",
  play: async ({ alex, moebi }) => {
    await alex.answers("Process.trapExit(true)", "false");
    await alex.answers('const linked = await Node.spawnLink("moebi@localhost", Kate.answer, [])', /^#PID</);
    await alex.answers(
      'const [watched, ref] = await Node.spawnMonitor("moebi@localhost", Kate.answer, [])',
      /^\{#PID<.*>, #Reference<.*>\}$/,
    );
    await alex.answers(
      'const task = await Task.Supervisor.async(["Chat.TaskSupervisor", "moebi@localhost"], Kate.answer, [])',
      /^%Task\{/,
    );
    await alex.answers("(await Task.pid(task)).node", '"moebi@localhost"');
    await alex.type("Task.await(task, '20 seconds')");
    const start = Date.now();
    await moebi.kill();
    await alex.sees(/^\*\* noconnection: .*no connection to moebi@localhost$/);
    await alex.answers("Process.receive(ExitMessage)", /^\{:EXIT, #PID<.*>, "noconnection"\}$/);
    await alex.answers(
      "const [, ref2, , pid2, reason] = await Process.receive(Down)",
      /^\{:DOWN, #Reference<.*>, :process, #PID<.*>, "noconnection"\}$/,
    );
    await alex.answers("ref2 === ref && pid2 === watched && reason", '"noconnection"');
    if (Date.now() - start > 2000) throw new Unexpected(`the failure took ${Date.now() - start} ms`);
  },
};

const absent: Scene = {
  title: "An absent node: a typed failure, caught by its tag",
  play: async ({ alex }) => {
    await alex.answers(
      'Chat.sendMessage("moebi@localhost", "hi")',
      '** noconnection: Task.Supervisor.async({Chat.TaskSupervisor, "moebi@localhost"}, ' +
        "Chat.receiveMessageForMoebi/2): no connection to moebi@localhost",
    );
    await alex.answers(
      'Chat.sendMessage("moebi@localhost", "hi")' +
        ".pipe(Effect.catchTag('noconnection', ({ node }) => Effect.succeed('no connection to ' + node)))",
      '"no connection to moebi@localhost"',
    );
  },
};

/** All scenes, in their order. */
export const scenes: ReadonlyArray<Scene> = [
  remoteOutput,
  messageAndReply,
  twoCookies,
  chat,
  moebi,
  killed,
  absent,
];
