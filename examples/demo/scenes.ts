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
    await alex.type('Node.spawnLink("kate@localhost", Kate.sayName, [])');
    await alex.sees("Hi, my name is Kate");
    await alex.sees(/^#PID<\d+\.\d+\.\d+>$/);
    kate.hasNotSeen("Hi, my name is Kate");
  },
};

const messageAndReply: Scene = {
  title: "A message, and a reply",
  play: async ({ alex }) => {
    await alex.type('const pid = await Node.spawnLink("kate@localhost", Kate.answer, [])');
    await alex.type("Process.send(pid, tuple(atom('hi'), await self()))");
    await alex.sees(/^\{:hi, #PID<0\.\d+\.\d+>\}$/);
    await alex.type("Process.receive({ after: '5 seconds' })");
    await alex.sees(":sup?");
  },
};

const twoCookies: Scene = {
  title: "Two cookies: refused, and both sides say so within a second",
  play: async ({ alex, open }) => {
    const stranger = await open("stranger@localhost", "another_token");
    const start = Date.now();
    await alex.type('Node.connect("stranger@localhost")');
    await alex.sees(/noconnection: .*no connection to stranger@localhost \(.*cookie/);
    await stranger.sees(/refused.*cookie/);
    if (Date.now() - start > 1000) throw new Unexpected(`the refusal took ${Date.now() - start} ms`);
    await stranger.type("Node.list()");
    await stranger.sees("[]");
  },
};

const chat: Scene = {
  title: "Chat.sendMessage both ways: the recipient sees it",
  play: async ({ alex, kate }) => {
    await alex.type('Chat.sendMessage("kate@localhost", "hi")');
    await kate.sees("hi");
    await alex.sees(":ok");
    await kate.type('Chat.sendMessage("alex@localhost", "how are you?")');
    await alex.sees("how are you?");
    await kate.sees(":ok");
  },
};

const moebi: Scene = {
  title: "Moebi answers to the sender alone",
  play: async ({ alex, kate, moebi }) => {
    await alex.type('Chat.sendMessage("moebi@localhost", "hello, dog")');
    await alex.sees("chicken?");
    await alex.sees(":ok");
    await moebi.sees("hello, dog");
    // Kate's next answer shows that nothing came before it.
    await kate.type("'kate is here'");
    await kate.sees('"kate is here"');
    kate.hasNotSeen("chicken?");
    kate.hasNotSeen("hello, dog");
  },
};

const killed: Scene = {
  title:
    "A node is killed (SIGKILL) while a task runs on it: the await fails at once, links and monitors too",
  play: async ({ alex, moebi }) => {
    await alex.type("Process.trapExit(true)");
    await alex.sees("false");
    await alex.type('const linked = await Node.spawnLink("moebi@localhost", Kate.answer, [])');
    await alex.type('const [watched, ref] = await Node.spawnMonitor("moebi@localhost", Kate.answer, [])');
    await alex.type(
      'const task = await Task.Supervisor.async(["Chat.TaskSupervisor", "moebi@localhost"], Kate.answer, [])',
    );
    await alex.type("'waiting ' + (await Task.pid(task)).node");
    await alex.sees('"waiting moebi@localhost"');
    await alex.type("Task.await(task, '20 seconds')");
    const start = Date.now();
    await moebi.kill();
    await alex.sees(/^\*\* noconnection: .*no connection to moebi@localhost$/);
    await alex.type("Process.receive(ExitMessage)");
    await alex.sees(/^\{:EXIT, #PID<.*>, "noconnection"\}$/);
    await alex.type("Process.receive(Down)");
    await alex.sees(/^\{:DOWN, #Reference<.*>, :process, #PID<.*>, "noconnection"\}$/);
    if (Date.now() - start > 5000) throw new Unexpected(`the failure took ${Date.now() - start} ms`);
  },
};

const absent: Scene = {
  title: "An absent node: a typed failure, caught by its tag",
  play: async ({ alex }) => {
    await alex.type('Chat.sendMessage("moebi@localhost", "hi")');
    await alex.sees(
      '** noconnection: Task.Supervisor.async({Chat.TaskSupervisor, "moebi@localhost"}, ' +
        "Chat.receiveMessageForMoebi/2): no connection to moebi@localhost",
    );
    await alex.type(
      'Chat.sendMessage("moebi@localhost", "hi")' +
        ".pipe(Effect.catchTag('noconnection', ({ node }) => Effect.succeed('no connection to ' + node)))",
    );
    await alex.sees('"no connection to moebi@localhost"');
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
