/**
 * A node's place at its host's port mapper: registers, serves the mapper itself where none answers, and
 * registers again when the mapper has gone.
 *
 * @module
 */
import { hiddenNode, normalNode } from "../epmd/messages.ts";
import { register, type Registered } from "../epmd/client.ts";
import { type PortMapper, serve } from "../epmd/server.ts";
import type { Kernel } from "../process/kernel.ts";
import { log } from "../process/log.ts";
import { AlreadyStarted, NoConnection, NoPermission } from "../term/errors.ts";
import type { Settings } from "./settings.ts";

/** A registration that is kept. */
export interface Registration {
  /** Gives the name up, and ends the mapper that this node serves. */
  close(): Promise<void>;
}

/** Why a node could not be registered. */
export type RegistrationFailure = AlreadyStarted | NoConnection | NoPermission;

/** Another node may begin to serve between a question and an answer: so often is asked again. */
const rounds = 5;
/** Pause before registering again after the mapper has gone, in milliseconds; doubled each time up to a second. */
const firstPause = 50;

/** Registers a node that listens on `port`. */
export const keepRegistered = async (
  kernel: Kernel,
  settings: Settings,
  port: number,
): Promise<Registration | RegistrationFailure> => {
  const { mapperPort } = settings;
  if (mapperPort === undefined) return { close: () => Promise.resolve() };
  const mapper = { host: settings.mapperHost, port: mapperPort };
  const seams = { transport: settings.transport, clock: kernel.clock };
  let isOpen = true;
  let stopWaiting: () => void = () => {};
  let served: PortMapper | undefined;
  let current: Extract<Registered, { readonly tag: "registered" }> | undefined;

  const ask = (): Promise<Registered> =>
    register({
      ...seams,
      mapper,
      name: settings.name.alive,
      port,
      nodeType: settings.hidden ? hiddenNode : normalNode,
      extra: new TextEncoder().encode("spawnlink"),
    });

  const registerOrServe = async (): Promise<RegistrationFailure | undefined> => {
    let answer = await ask();
    for (let round = 1; round < rounds && (answer.tag === "no_mapper" || answer.tag === "closed"); round++) {
      if (answer.tag === "no_mapper" && served === undefined) {
        const hosts = [mapper.host] as const;
        const begun = serve({ ...seams, randomBytes: kernel.seams.randomBytes, hosts, port: mapper.port });
        // Who loses the bind registers with the winner.
        if (begun.tag === "serving") served = begun;
        else if (begun.tag === "denied") {
          return new NoPermission({ operation: operation(settings), flag: "--allow-net" });
        }
      }
      answer = await ask();
    }
    if (answer.tag !== "registered") return failureOf(settings, mapper, answer);
    current = answer;
    void answer.closed.then(() => isOpen ? again(firstPause) : undefined);
  };

  const again = (pause: number): void => {
    current = undefined;
    stopWaiting = kernel.clock.after(pause, () => {
      if (!isOpen) return;
      void registerOrServe().then((failure) => {
        if (!isOpen) return release();
        if (failure === undefined) return;
        log(kernel, "warning", `Registering again: ${failure.message}`);
        again(Math.min(1000, pause * 2));
      });
    });
  };

  const release = async (): Promise<void> => {
    current?.close();
    served?.close();
    await served?.closed;
  };

  const failure = await registerOrServe();
  if (failure !== undefined) {
    isOpen = false;
    await release();
    return failure;
  }
  return {
    close: () => {
      isOpen = false;
      stopWaiting();
      return release();
    },
  };
};

const operation = (settings: Settings): string => `Node.start(${JSON.stringify(settings.name.full)})`;

const failureOf = (
  settings: Settings,
  mapper: { readonly host: string; readonly port: number },
  answer: Exclude<Registered, { readonly tag: "registered" }>,
): RegistrationFailure => {
  if (answer.tag === "taken") {
    return new AlreadyStarted({ operation: operation(settings), taken: `the name ${settings.name.full}` });
  }
  if (answer.tag === "denied") {
    return new NoPermission({ operation: operation(settings), flag: "--allow-net" });
  }
  const node = `the port mapper at ${mapper.host}:${mapper.port}`;
  const because = answer.tag === "timeout" ? "timeout" : "mapper";
  const advice = "choose another port with ERL_EPMD_PORT or the epmd option";
  return new NoConnection({
    operation: operation(settings),
    node,
    because,
    detail: `${answer.detail}; ${advice}`,
  });
};
