/**
 * Which links to hold: dials on first use, accepts, keeps one link a node where connections cross, and tells
 * the kernel when one is gone. What is sent while a node is being connected waits, in its order.
 *
 * @module
 */
import { bounce, deliver, isBounced, nodeDown } from "../process/deliver.ts";
import type { Entry } from "../process/entry.ts";
import type { Kernel } from "../process/kernel.ts";
import { log } from "../process/log.ts";
import { monitor } from "../process/monitors.ts";
import { runningProcessOf } from "../process/own_kernel.ts";
import type { Outbound } from "../process/outbound.ts";
import type { Address, Connection } from "../process/seams.ts";
import { isAnswer, type Signal } from "../process/signal.ts";
import { dial, type Dialled } from "../net/dial.ts";
import { checkSize, Link, type LinkEnd } from "../net/link.ts";
import type { Incoming } from "../net/accept.ts";
import {
  capabilityBits,
  type Handshaken,
  type HandshakePeer,
  type Verdict,
} from "../protocol/native/handshake.ts";
import { encodeSignal } from "../protocol/native/signals.ts";
import { NodeLife, nodeLife } from "../term/identifier.ts";
import { elect, ownStays } from "./election.ts";
import type { NodeMonitors } from "./node_monitors.ts";
import { type Attempt, type ConnectFailure, isWanted, makePeer, type Peer } from "./peer.ts";
import { RefusalLog } from "./refusal_log.ts";
import type { Settings } from "./settings.ts";

/** Optional capability: the peer refused us as `alive`, and we have no link to it. */
const hasNoLinkBit = 1 << 1;
/**
 * How long an end that lost a crossing waits for the other's connection before it dials again, in milliseconds:
 * twice as long each time.
 */
const crossingPause = 250;
/** How long the rest of a write buffer may take when a link is closed in order. */
const lastWords = 1000;

/** No process has this number. */
const noProcess = 0;
/** So many addresses are remembered. */
const addressesKept = 10_000;

// Pids of the peer are written out in full in what is encoded before the peer is known.
const unknownLife = new NodeLife("", 0);

/** The links of one node. */
export class Connections implements Outbound {
  readonly #kernel: Kernel;
  readonly #settings: Settings;
  readonly #monitors: NodeMonitors;
  readonly #peers = new Map<string, Peer>();
  /** Where nodes listened when they were last dialled. */
  readonly #addresses = new Map<string, Address>();
  readonly #refusals: RefusalLog;
  /** Called when a node that takes part in the mesh, as this one does, is connected. */
  onInMesh: (node: string) => void = () => {};
  /** Called when one that took part is lost, since it fell silent. */
  onSilent: (node: string) => void = () => {};
  #isOpen = true;

  constructor(kernel: Kernel, settings: Settings, monitors: NodeMonitors) {
    this.#kernel = kernel;
    this.#settings = settings;
    this.#monitors = monitors;
    this.#refusals = new RefusalLog(kernel);
  }

  send(node: string, life: NodeLife | undefined, signal: Signal, sender?: Entry): void {
    if (life !== undefined && node === this.#kernel.life.name) {
      return this.#bounceFromFormerSelf(signal, life);
    }
    const peer = this.#peers.get(node);
    // An answer to a node that is gone answers nobody: it dials nobody either.
    if (peer === undefined && isAnswer(signal)) return;
    const link = peer?.link;
    if (link === undefined) return this.#sendLater(node, life, signal, sender);
    if (life !== undefined && life !== link.there) return this.#bounceOnceAnswered(signal, life, link.there);
    // A service of the kernel's cannot be made to wait: what it sends counts as an answer.
    link.send(signal, sender?.pid.number, sender?.handler !== undefined || isAnswer(signal));
  }

  sendIfEngaged(node: string, life: NodeLife | undefined, signal: Signal, sender?: Entry): void {
    if (this.#peers.has(node)) this.send(node, life, signal, sender);
  }

  #runningSender(): number {
    return runningProcessOf(this.#kernel)?.pid.number ?? 0;
  }

  isConnected(node: string): boolean {
    return this.#peers.get(node)?.link !== undefined;
  }

  isBusy(node: string): boolean {
    const peer = this.#peers.get(node);
    if (peer === undefined) return false;
    return peer.link?.isBusy ?? peer.waitingBytes > this.#settings.limits.highWater;
  }

  whenWritable(node: string, resume: () => void): () => void {
    const peer = this.#peers.get(node);
    if (peer?.link !== undefined) return peer.link.whenWritable(resume);
    if (peer === undefined) {
      resume();
      return () => {};
    }
    const listener = (): void => resume();
    peer.listeners.add(listener);
    return () => void peer.listeners.delete(listener);
  }

  /** The connected nodes: with a link that is established. */
  list(kind: "visible" | "hidden" | "connected"): ReadonlyArray<string> {
    // A hidden node sees all others as hidden.
    const isHidden = (peer: Peer): boolean => peer.isHidden || this.#settings.hidden;
    return [...this.#peers.values()]
      .filter((peer) =>
        peer.link !== undefined && (kind === "connected" || isHidden(peer) === (kind === "hidden"))
      )
      .map((peer) => peer.name);
  }

  /** The connected nodes that take part in the mesh, as this one does. */
  inMesh(): ReadonlyArray<string> {
    return [...this.#peers.values()].filter((peer) => peer.link !== undefined && peer.isInMesh)
      .map((peer) => peer.name);
  }

  /** Connects, or finds the connection that is there; the function that is returned stops listening. */
  connect(node: string, listener: (failure: ConnectFailure | undefined) => void): () => void {
    const peer = this.#engage(node);
    if (peer.link !== undefined) {
      listener(undefined);
      return () => {};
    }
    peer.listeners.add(listener);
    return () => void peer.listeners.delete(listener);
  }

  /** Closes the link to a node; whether there was one. */
  disconnect(node: string): boolean {
    const link = this.#peers.get(node)?.link;
    link?.close({ reason: "disconnect", detail: "Node.disconnect" });
    return link !== undefined;
  }

  /** Closes all links in order, and refuses new ones. */
  stop(): void {
    this.#isOpen = false;
    for (const peer of [...this.#peers.values()]) {
      const end: LinkEnd = { reason: "disconnect", detail: "the node stops" };
      if (peer.link !== undefined) this.#lose(peer, peer.link, end);
      else this.#fail(peer, { because: "not_alive", detail: "the node stops" });
    }
  }

  /** What this end brings to a connection that comes in. */
  incoming(): Incoming {
    const [kernel, settings] = [this.#kernel, this.#settings];
    let accepted: Peer | undefined;
    return {
      options: {
        name: kernel.life.name,
        creation: kernel.life.creation,
        capabilities: this.#capabilities,
        encryption: settings.encryptionWish(undefined),
        ...settings.versions === undefined ? {} : { versions: settings.versions },
        randomBytes: kernel.seams.randomBytes,
        cookieFor: settings.cookieFor,
        isBusyWith: (claimed) =>
          this.#peers.get(claimed)?.attempt !== undefined && ownStays(kernel.life.name, claimed),
        decide: (candidate) => {
          const verdict = this.#decide(candidate);
          if (verdict === "accept") {
            accepted = this.#peer(candidate.name);
            this.#giveUp(accepted);
            accepted.isAccepting = true;
          }
          return verdict;
        },
      },
      onProven: (connection, handshaken) => this.#establish(connection, handshaken),
      onFailed: (failure) => {
        if (failure !== undefined) this.#refusals.note(failure);
        if (accepted === undefined) return;
        accepted.isAccepting = false;
        // What waited for that connection asks for another.
        if (accepted.link === undefined && isWanted(accepted)) this.#dial(accepted, hasNoLinkBit);
        else this.#forgetIfIdle(accepted);
      },
    };
  }

  get #capabilities(): number {
    const { hidden, connectAll } = this.#settings;
    return (hidden ? capabilityBits.hidden : 0) | (connectAll ? capabilityBits.connectAll : 0);
  }

  #decide(candidate: HandshakePeer): Verdict {
    if (!this.#isOpen) return { refuse: "stopping" };
    const peer = this.#peers.get(candidate.name);
    return elect({
      self: this.#kernel.life.name,
      peer: candidate.name,
      creation: candidate.creation,
      hasNoLink: (candidate.capabilities & hasNoLinkBit) !== 0,
      linkedTo: peer?.link?.there.creation,
      isDialling: peer?.attempt !== undefined,
      isAccepting: peer?.isAccepting ?? false,
    });
  }

  #peer(name: string): Peer {
    const known = this.#peers.get(name);
    if (known !== undefined) return known;
    const made = makePeer(name);
    this.#peers.set(name, made);
    return made;
  }

  /** A peer with a link, or one being made. */
  #engage(node: string): Peer {
    const peer = this.#peer(node);
    if (peer.link === undefined && peer.attempt === undefined && !peer.isAccepting) this.#dial(peer, 0);
    return peer;
  }

  #sendLater(node: string, life: NodeLife | undefined, signal: Signal, sender: Entry | undefined): void {
    // Encoded first: what cannot travel fails here, at its sender, and dials nobody.
    const body = encodeSignal(signal, this.#kernel.life, unknownLife).slice();
    checkSize(signal, body.length, this.#settings.limits);
    const peer = this.#engage(node);
    peer.waiting.push({ signal, body, life, sender: sender?.pid.number ?? this.#runningSender() });
    peer.waitingBytes += body.length;
  }

  #dial(
    peer: Peer,
    capabilities: number,
    due: number = this.#kernel.clock.now() + this.#settings.connectTime,
    pause = crossingPause,
  ): void {
    const { life, clock, seams } = this.#kernel;
    const attempt: Attempt = {
      due,
      pause,
      connection: undefined,
      giveUp: new AbortController(),
      stopWaiting: () => {},
    };
    peer.attempt = attempt;
    const fail = (error: unknown): void => {
      if (!attempt.giveUp.signal.aborted) this.#fail(peer, { because: "absent", detail: String(error) });
    };
    if (!this.#isOpen || peer.name === life.name) {
      return this.#kernel.queue.push(() => this.#fail(peer, { because: "not_alive", detail: undefined }));
    }
    const settings = this.#settings;
    const address = settings.addresses.get(peer.name);
    const dialled = dial({
      transport: settings.transport,
      linkTransport: settings.linkTransport,
      clock,
      address,
      mapperPort: settings.mapperPort,
      lastKnown: this.#addresses.get(peer.name),
      handshake: {
        name: life.name,
        creation: life.creation,
        capabilities: capabilities | this.#capabilities,
        encryption: settings.encryptionWish(peer.name),
        ...settings.versions === undefined ? {} : { versions: settings.versions },
        randomBytes: seams.randomBytes,
        to: peer.name,
        cookie: settings.cookieFor(peer.name),
      },
      connector: settings.handshake.connector,
      milliseconds: Math.max(1, due - clock.now()),
      signal: attempt.giveUp.signal,
      onConnection: (connection) => {
        attempt.connection = connection;
        if (attempt.giveUp.signal.aborted) connection.close();
      },
    });
    // Whatever goes wrong here is this attempt's failure, and not this program's.
    dialled.then((outcome) => this.#onDialled(peer, attempt, outcome)).catch(fail);
  }

  #onDialled(peer: Peer, attempt: Attempt, outcome: Dialled): void {
    if (attempt.giveUp.signal.aborted) {
      if (outcome.tag === "proven") outcome.connection.close();
      return;
    }
    switch (outcome.tag) {
      case "proven":
        if (this.#addresses.size >= addressesKept) this.#addresses.clear();
        this.#addresses.set(peer.name, outcome.address);
        return this.#establish(outcome.connection, outcome.handshaken);
      case "failed":
        if (outcome.because === "cookie") {
          log(
            this.#kernel,
            "warning",
            `Connection to ${peer.name} refused: ${outcome.detail ?? "the cookies differ"}`,
          );
        }
        return this.#fail(peer, { because: outcome.because, detail: outcome.detail });
      case "refused": {
        if (outcome.why === "same_name") {
          return this.#fail(peer, { because: "refused", detail: "it has the same name as this node" });
        }
        // It has another connection of ours, or dials us: that one comes, or we dial again.
        const { clock } = this.#kernel;
        if (clock.now() + attempt.pause > attempt.due) {
          return this.#fail(peer, { because: "timeout", detail: `it refuses: ${outcome.why}` });
        }
        const capabilities = outcome.why === "alive" ? hasNoLinkBit : 0;
        attempt.connection = undefined;
        attempt.stopWaiting = clock.after(outcome.why === "alive" ? 0 : attempt.pause, () => {
          if (!attempt.giveUp.signal.aborted) this.#dial(peer, capabilities, attempt.due, attempt.pause * 2);
        });
      }
    }
  }

  #giveUp(peer: Peer): void {
    const { attempt } = peer;
    if (attempt === undefined) return;
    peer.attempt = undefined;
    attempt.stopWaiting();
    attempt.giveUp.abort();
    attempt.connection?.close();
  }

  #establish(connection: Connection, handshaken: Handshaken): void {
    if (!this.#isOpen) return connection.close();
    const { name, creation, hidden, capabilities } = handshaken.peer;
    const peer = this.#peer(name);
    if (peer.link !== undefined) {
      this.#lose(peer, peer.link, { reason: "connection_closed", detail: "it connected anew" });
      this.#peers.set(name, peer);
    }
    if (peer.attempt?.connection === connection) peer.attempt = undefined;
    this.#giveUp(peer);
    peer.isAccepting = false;
    peer.isHidden = hidden;
    peer.isInMesh = (capabilities & this.#capabilities & capabilityBits.connectAll) !== 0;
    const there = nodeLife(name, creation);
    const link: Link = new Link({
      connection,
      handshaken,
      here: this.#kernel.life,
      there,
      clock: this.#kernel.clock,
      limits: this.#settings.limits,
      runningSender: () => this.#runningSender(),
      onSignal: (signal) => peer.link === link ? deliver(this.#kernel, signal, there) : undefined,
      onClose: (end) => this.#lose(peer, link, end),
    });
    peer.link = link;
    this.#monitors.up(name, hidden || this.#settings.hidden);
    const { waiting } = peer;
    peer.waiting = [];
    peer.waitingBytes = 0;
    for (const { signal, body, life, sender } of waiting) {
      // This life has proven itself since that was sent: another is over.
      if (life !== undefined && life !== there) this.#bounceSoon(signal, life);
      else link.sendEncoded(body, isAnswer(signal), sender);
    }
    link.open();
    this.#tellListeners(peer, undefined);
    if (peer.isInMesh) this.onInMesh(name);
  }

  #lose(peer: Peer, link: Link, end: LinkEnd): void {
    if (peer.link !== link) return;
    peer.link = undefined;
    // First the table, then the closing: what is sent in answer to this already dials anew.
    this.#forgetIfIdle(peer);
    if (this.#isOpen) link.close(end);
    else link.end(end, lastWords);
    if (end.reason === "bad_data" || end.reason === "net_tick_timeout") {
      log(this.#kernel, "warning", `Link to ${peer.name} closed: ${end.detail}`);
    }
    if (end.reason === "net_tick_timeout" && peer.isInMesh) this.onSilent(peer.name);
    nodeDown(this.#kernel, peer.name, link.there);
    this.#monitors.down(peer.name, peer.isHidden || this.#settings.hidden, end.reason);
  }

  #fail(peer: Peer, failure: ConnectFailure): void {
    if (peer.link !== undefined) return;
    this.#giveUp(peer);
    peer.waiting = [];
    peer.waitingBytes = 0;
    this.#peers.delete(peer.name);
    nodeDown(this.#kernel, peer.name);
    this.#monitors.missing(peer.name);
    this.#tellListeners(peer, failure);
  }

  #tellListeners(peer: Peer, failure: ConnectFailure | undefined): void {
    const listeners = [...peer.listeners];
    peer.listeners.clear();
    for (const listener of listeners) listener(failure);
  }

  #forgetIfIdle(peer: Peer): void {
    const isIdle = peer.link === undefined && peer.attempt === undefined && !peer.isAccepting &&
      !isWanted(peer);
    if (isIdle) this.#peers.delete(peer.name);
  }

  // From the queue, so that an answer never comes before the operation has returned.
  #bounceSoon(signal: Signal, life: NodeLife): void {
    this.#kernel.queue.push(() => bounce(this.#kernel, signal, life, "noproc"));
  }

  // The signal is for another life than the link's. That life is over, if the link's is the present one; but it may
  // be the newer one, when its node was started anew and this link's loss is not noticed yet. The link itself
  // knows: if it answers that a process that cannot be is not there, its life is the present one.
  #bounceOnceAnswered(signal: Signal, life: NodeLife, there: NodeLife): void {
    if (!isBounced(signal)) return;
    monitor(this.#kernel, {
      watched: there.pid(noProcess),
      onDown: (reason) => bounce(this.#kernel, signal, life, reason === "noconnection" ? reason : "noproc"),
    });
  }

  // A process of an earlier life of this very node is dead: there is nobody to be connected to, or to be lost.
  #bounceFromFormerSelf(signal: Signal, life: NodeLife): void {
    this.#kernel.queue.push(() => {
      bounce(this.#kernel, signal, life, "noproc");
      this.#kernel.remotes.delete(life.name);
    });
  }
}
